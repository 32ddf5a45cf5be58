-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX books_title ON books (title);

-- +goose Down
DROP INDEX books_title ON books;
