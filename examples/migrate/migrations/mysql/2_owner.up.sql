CREATE INDEX accounts_cents ON accounts (cents);
