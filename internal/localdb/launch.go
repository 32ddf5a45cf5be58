package localdb

import (
	"context"
	"time"
)

const (
	// startPatience is how long a server may take to answer. Kept data may
	// have to be recovered first.
	startPatience = 20 * time.Second
	keptPatience  = 2 * time.Minute
)

// launch runs a server as planned, and returns once it answers.
func launch(ctx context.Context, p plan) (_ *Instance, err error) {
	if errUnsupported != nil {
		return nil, errUnsupported
	}
	bases := runBases()
	sweep(ctx, bases)
	acct, err := serverAccount(p.engine, p.dataDir)
	if err != nil {
		return nil, err
	}
	cache, err := cacheDir(p.cacheDir)
	if err != nil {
		return nil, err
	}
	i := &Instance{engine: p.engine, acct: acct}
	defer func() {
		if err != nil {
			i.release()
		}
	}()
	if p.dataDir != "" {
		if i.kept, err = openKeptData(p.engine, p.dataDir, acct); err != nil {
			return nil, err
		}
	}
	if i.program, err = p.find(ctx, site{acct: acct, cache: cache, kept: i.kept}); err != nil {
		return nil, err
	}
	if p.folders != nil {
		bases = p.folders(i.program, bases)
	}
	if i.run, err = newRunDir(acct, bases, p.engine.socket); err != nil {
		return nil, err
	}
	t := &templates{engine: p.engine, program: i.program, acct: acct, cache: cache, run: i.run, notice: p.notice}
	if err := i.prepare(ctx, t); err != nil {
		return nil, err
	}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// prepare makes the data, unless it is there.
func (i *Instance) prepare(ctx context.Context, t *templates) error {
	switch {
	case i.kept == nil:
		return t.cluster(ctx, i.run.dataDir())
	case i.kept.whole:
		return nil
	}
	if err := t.cluster(ctx, i.kept.dir); err != nil {
		return err
	}
	return i.kept.finish()
}
