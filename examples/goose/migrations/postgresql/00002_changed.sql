-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION changed() RETURNS trigger AS $$
BEGIN
	NEW.changed := now();
	RETURN NEW;
END
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER changed BEFORE INSERT OR UPDATE ON books FOR EACH ROW EXECUTE FUNCTION changed();

-- +goose Down
DROP FUNCTION changed CASCADE;
