CREATE TABLE stock (
	item     text PRIMARY KEY,
	quantity integer NOT NULL CHECK (quantity >= 0)
);

CREATE TABLE orders (
	id       text PRIMARY KEY,
	item     text NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	placed   timestamptz NOT NULL DEFAULT now()
);
