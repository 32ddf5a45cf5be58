-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER changed BEFORE INSERT ON books FOR EACH ROW
BEGIN
	SET NEW.changed = NOW(6);
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER changed;
