-- +goose Up
CREATE TABLE books (
	id bigint AUTO_INCREMENT PRIMARY KEY,
	title varchar(100) NOT NULL CHECK (title <> ';'),
	changed datetime(6)
);
INSERT INTO books (title) VALUES ('12:30; or not');

-- +goose Down
DROP TABLE books;
