// Package lease lets one of many programs do something at a time, such as
// migrate a schema, where a lock of the database cannot: over the Data API an
// advisory lock or a LOCK TABLES belongs to a session that the next call does not
// meet again.
//
//	l, err := lease.Acquire(ctx, db, "migrate", lease.Options{})
//	if err != nil {
//		return err
//	}
//	defer l.Release(ctx)
//	… // with l.Context(), which ends when the lease is lost
//
// A lease is a row: a name, who owns it, until when, and a token that grows with
// every owner. It is kept alive from the background until it is released; that of
// a program which died ends by itself, Options.TTL later. Time is the database's,
// so that the clocks of the programs may differ; of their own they only use how
// much of it has passed.
//
// A program that stops for longer than that, as a frozen function does, may go on
// without knowing that it is no longer the owner. Context ends as soon as it runs
// again, which may be too late for a call that is on its way. Where that matters,
// write in a transaction and have Guard look first: nobody else becomes the owner
// before it ends. Or hand the Token on to what stores the work, and refuse one
// smaller than the last.
//
// Each call to the database is a statement by itself that may be repeated, so that
// a lost answer does no harm. The package works over any driver of database/sql
// for PostgreSQL or MySQL.
package lease
