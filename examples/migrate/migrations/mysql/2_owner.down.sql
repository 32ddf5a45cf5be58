DROP INDEX accounts_cents ON accounts;
