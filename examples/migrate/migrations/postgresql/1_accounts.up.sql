CREATE TABLE accounts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL UNIQUE, cents bigint NOT NULL DEFAULT 0);
CREATE FUNCTION deposit(who text, how_much bigint) RETURNS bigint AS $$
	INSERT INTO accounts (owner, cents) VALUES (who, how_much)
	ON CONFLICT (owner) DO UPDATE SET cents = accounts.cents + how_much RETURNING cents;
$$ LANGUAGE sql;
