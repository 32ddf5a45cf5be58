-- +goose Up
CREATE TABLE books (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	title text NOT NULL CHECK (title <> ';'),
	changed timestamptz
);
INSERT INTO books (title) VALUES ('12:30; or not');

-- +goose Down
DROP TABLE books;
