package ent_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/dialect/sql/sqljson"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/ent"
	"github.com/auroradataapi/auroradataapi/examples/ent/migrate"
	"github.com/auroradataapi/auroradataapi/examples/ent/post"
	"github.com/auroradataapi/auroradataapi/examples/ent/user"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
	"github.com/auroradataapi/auroradataapi/lease"
)

var page = toolpage.New("ent")

func TestMain(m *testing.M) { page.Main(m) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// migrating is held while a schema is created: the generated tables that ent
// fills in then are those of the whole program.
var migrating sync.Mutex

// create creates the schema.
func create(ctx context.Context, client *ent.Client, options ...schema.MigrateOption) error {
	migrating.Lock()
	defer migrating.Unlock()
	return client.Schema.Create(ctx, options...)
}

// works proves that ent does something, with its tables there.
func works(t *testing.T, feature string, test func(t *testing.T, client *ent.Client)) {
	t.Helper()
	page.Works(t, feature, func(t *testing.T, srv *dataapitest.Server) {
		client := ent.OpenDB(srv.Engine, srv.Open(t))
		ok(t, create(t.Context(), client))
		test(t, client)
	})
}

// plans returns a hook that counts the statements of migrations.
func plans(n *int) schema.MigrateOption {
	return schema.WithApplyHook(func(next schema.Applier) schema.Applier {
		return schema.ApplyFunc(func(ctx context.Context, conn dialect.ExecQuerier, plan *atlas.Plan) error {
			*n += len(plan.Changes)
			return next.Apply(ctx, conn, plan)
		})
	})
}

func TestMigration(t *testing.T) {
	page.Works(t, "`Schema.Create`: nothing to do the second time; changed columns, indexes, `WithDropColumn`", func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		client := ent.OpenDB(srv.Engine, db)
		var n int
		ok(t, create(t.Context(), client, plans(&n)))
		if n < 3 {
			t.Errorf("%d statements make the tables", n)
		}
		n = 0
		ok(t, create(t.Context(), client, plans(&n), schema.WithDropColumn(true), schema.WithDropIndex(true)))
		if n != 0 {
			t.Errorf("%d statements the second time", n)
		}
		for _, statement := range []string{
			"ALTER TABLE posts DROP COLUMN body", "ALTER TABLE posts ADD COLUMN extra int", "CREATE INDEX extra ON posts (likes)",
		} {
			_, err := db.Exec(statement)
			ok(t, err)
		}
		ok(t, create(t.Context(), client, plans(&n), schema.WithDropColumn(true), schema.WithDropIndex(true)))
		if n == 0 {
			t.Error("the changed table is left alone")
		}
		n = 0
		ok(t, create(t.Context(), client, plans(&n), schema.WithDropColumn(true), schema.WithDropIndex(true)))
		if n != 0 {
			t.Errorf("%d statements the second time after changes", n)
		}
		var text strings.Builder
		migrating.Lock()
		err := client.Schema.WriteTo(t.Context(), &text)
		migrating.Unlock()
		ok(t, err)
		if strings.Contains(text.String(), "CREATE") {
			t.Errorf("a migration that is written has %s", text.String())
		}
	})
}

// TestMigrationInTurn has programs create the schema at once. ent takes no lock
// for it: a lease is one.
func TestMigrationInTurn(t *testing.T) {
	page.Works(t, "`Schema.Create` by several programs at once, with a lease", func(t *testing.T, srv *dataapitest.Server) {
		done := make(chan error)
		const programs = 3
		for range programs {
			db := srv.Open(t)
			go func() { done <- migrateInTurn(t.Context(), srv.Engine, db) }()
		}
		for range programs {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func migrateInTurn(ctx context.Context, engine string, db *sql.DB) error {
	l, err := lease.Acquire(ctx, db, "migrate", lease.Options{})
	if err != nil {
		return err
	}
	return errors.Join(create(l.Context(), ent.OpenDB(engine, db), migrate.WithForeignKeys(true)), l.Release(ctx))
}

func TestFields(t *testing.T) {
	works(t, "fields: UUID, enum, time, bytes, JSON, optional and nillable ones", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
		want := client.User.Create().SetName("Ann: $1 ? :x").SetRole(user.RoleWriter).SetAge(30).SetScore(0.1).SetActive(false).
			SetJoined(at).SetSeen(at).SetPicture([]byte{0, 1, 0xff}).SetSettings(map[string]any{"a": []any{"it's :b", nil, 1.5}}).
			SetTags([]string{"x", "?"}).SaveX(ctx)
		got := client.User.GetX(ctx, want.ID)
		same := cmp.FilterPath(func(p cmp.Path) bool {
			return p.String() == "config" || p.String() == "Edges" || p.String() == "selectValues"
		}, cmp.Ignore())
		if diff := cmp.Diff(want, got, same, cmp.Comparer(time.Time.Equal)); diff != "" {
			t.Error(diff)
		}
		empty := client.User.Create().SetName("empty").SaveX(ctx)
		got = client.User.GetX(ctx, empty.ID)
		if got.Age != nil || got.Seen != nil || got.Picture != nil || got.Settings != nil || got.Role != user.RoleReader || got.About != "it's :me ?" || !got.Active {
			t.Errorf("without fields it is %+v", got)
		}
		ok(t, client.User.UpdateOneID(want.ID).ClearAge().ClearSettings().AddScore(1).AppendTags([]string{"y"}).SetRole(user.RoleReader).Exec(ctx))
		got = client.User.GetX(ctx, want.ID)
		if got.Age != nil || got.Settings != nil || got.Score != 1.1 || !slices.Equal(got.Tags, []string{"x", "?", "y"}) || got.Role != user.RoleReader {
			t.Errorf("updated it is %+v", got)
		}
		if n := client.User.Query().Where(user.SeenEQ(at), user.IDIn(want.ID, uuid.New()), user.RoleIn(user.RoleReader)).CountX(ctx); n != 1 {
			t.Errorf("%d users were seen", n)
		}
		p := client.Post.Create().SetTitle("p").SetViews(1 << 62).SetLinks([]string{"a:b"}).SetAuthor(got).SaveX(ctx)
		if p = client.Post.GetX(ctx, p.ID); p.Views != 1<<62 || !slices.Equal(p.Links, []string{"a:b"}) {
			t.Errorf("the post is %+v", p)
		}
		client.User.DeleteOneID(want.ID).ExecX(ctx)
		if n := client.Post.Query().CountX(ctx); n != 0 {
			t.Errorf("%d posts are left of a user that is deleted", n)
		}
	})
}

func TestJSON(t *testing.T) {
	works(t, "`sqljson` predicates", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		client.User.Create().SetName("a").SetSettings(map[string]any{"theme": "dark", "n": 5}).SetTags([]string{"x"}).ExecX(ctx)
		client.User.Create().SetName("b").SetSettings(map[string]any{"theme": "light"}).ExecX(ctx)
		for name, p := range map[string]*entsql.Predicate{
			"ValueEQ":       sqljson.ValueEQ(user.FieldSettings, "dark", sqljson.Path("theme")),
			"ValueGT":       sqljson.ValueGT(user.FieldSettings, 4, sqljson.Path("n")),
			"HasKey":        sqljson.HasKey(user.FieldSettings, sqljson.Path("n")),
			"ValueContains": sqljson.ValueContains(user.FieldTags, "x"),
			"StringHas":     sqljson.StringHasPrefix(user.FieldSettings, "da", sqljson.Path("theme")),
		} {
			names, err := client.User.Query().Where(func(s *entsql.Selector) { s.Where(p) }).Select(user.FieldName).Strings(ctx)
			if err != nil || !slices.Equal(names, []string{"a"}) {
				t.Errorf("%s: %q, %v", name, names, err)
			}
		}
	})
}

// people makes users with posts who follow each other.
func people(ctx context.Context, t *testing.T, client *ent.Client) (ann, bob *ent.User) {
	t.Helper()
	bob = client.User.Create().SetName("bob").SaveX(ctx)
	ann = client.User.Create().SetName("ann").AddFollows(bob).SaveX(ctx)
	creates := make([]*ent.PostCreate, 5)
	for i := range creates {
		creates[i] = client.Post.Create().SetTitle(fmt.Sprint("post: ", i)).SetLikes(int64(i)).SetAuthor(ann)
	}
	posts := client.Post.CreateBulk(creates...).SaveX(ctx)
	for i, p := range posts {
		if p.ID != i+1 {
			t.Errorf("post %d of a bulk has the key %d", i, p.ID)
		}
	}
	return ann, bob
}

func TestEdges(t *testing.T) {
	works(t, "`CreateBulk` with the keys, edges, eager loading, aggregation, paging", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		ann, bob := people(ctx, t, client)
		got := client.User.Query().Where(user.HasPostsWith(post.LikesGT(3))).
			WithPosts(func(q *ent.PostQuery) { q.Where(post.LikesGTE(2)).Order(ent.Desc(post.FieldLikes)).Limit(9) }).WithFollows().OnlyX(ctx)
		if got.ID != ann.ID || len(got.Edges.Posts) != 3 || got.Edges.Posts[0].Likes != 4 || len(got.Edges.Follows) != 1 || got.Edges.Follows[0].ID != bob.ID {
			t.Errorf("loaded is %+v", got)
		}
		if name := bob.QueryFollowers().QueryPosts().Order(ent.Asc(post.FieldID)).QueryAuthor().OnlyX(ctx).Name; name != "ann" {
			t.Errorf("the way leads to %q", name)
		}
		var sums []struct {
			Author uuid.UUID `json:"user_posts"`
			Sum    int64     `json:"sum"`
			Count  int       `json:"count"`
		}
		ok(t, client.Post.Query().GroupBy("user_posts").Aggregate(ent.Sum(post.FieldLikes), ent.Count()).Scan(ctx, &sums))
		if len(sums) != 1 || sums[0].Sum != 10 || sums[0].Count != 5 || sums[0].Author != ann.ID {
			t.Errorf("the sums are %+v", sums)
		}
		titles := client.Post.Query().Order(ent.Asc(post.FieldID)).Offset(1).Limit(2).Select(post.FieldTitle).StringsX(ctx)
		if !slices.Equal(titles, []string{"post: 1", "post: 2"}) {
			t.Errorf("the titles are %q", titles)
		}
		if n := client.Post.Update().Where(post.TitleContains(": "), post.HasAuthorWith(user.Name("ann"))).AddLikes(1).SaveX(ctx); n != 5 {
			t.Errorf("%d posts were updated", n)
		}
		ok(t, ann.Update().ClearFollows().Exec(ctx))
		if ann.QueryFollows().ExistX(ctx) {
			t.Error("ann still follows")
		}
	})
}

func TestUpsert(t *testing.T) {
	works(t, "`OnConflict`, `OnConflictColumns`", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		people(ctx, t, client)
		onConflict := []entsql.ConflictOption{entsql.ConflictColumns(user.FieldName), entsql.ResolveWithNewValues(), entsql.ResolveWith(func(u *entsql.UpdateSet) { u.SetIgnore(user.FieldID) })}
		ok(t, client.User.CreateBulk(client.User.Create().SetName("ann").SetAge(40), client.User.Create().SetName("cy").SetAge(50)).OnConflict(onConflict...).Exec(ctx))
		ok(t, client.User.Create().SetName("ann").SetAge(1).OnConflictColumns(user.FieldName).Ignore().Exec(ctx))
		if got := client.User.Query().Where(user.AgeNotNil()).Order(ent.Asc(user.FieldName)).Select(user.FieldAge).IntsX(ctx); !slices.Equal(got, []int{40, 50}) {
			t.Errorf("the ages are %v", got)
		}
	})
}

func TestTransactions(t *testing.T) {
	works(t, "transactions, `ForUpdate`", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		tx, err := client.Tx(ctx)
		ok(t, err)
		people(ctx, t, tx.Client())
		ok(t, tx.Rollback())
		if n := client.User.Query().CountX(ctx); n != 0 {
			t.Errorf("%d users after a rollback", n)
		}
		tx, err = client.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		ok(t, err)
		ann, err := tx.User.Create().SetName("ann").Save(ctx)
		ok(t, err)
		locked, err := tx.User.Query().Where(user.ID(ann.ID)).ForUpdate().Only(ctx)
		ok(t, err)
		ok(t, locked.Update().SetAge(5).Exec(ctx))
		ok(t, tx.Commit())
		if got := client.User.GetX(ctx, ann.ID); *got.Age != 5 {
			t.Errorf("the user is %+v", got)
		}
	})
}

func TestErrors(t *testing.T) {
	works(t, "`IsConstraintError`, `IsNotFound`, `IsValidationError`", func(t *testing.T, client *ent.Client) {
		ctx := t.Context()
		ann, _ := people(ctx, t, client)
		err := client.User.Create().SetName("ann").Exec(ctx)
		if !ent.IsConstraintError(err) || !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("a name that is taken gives %v", err)
		}
		if err = client.Post.Create().SetTitle("x").SetAuthorID(uuid.New()).Exec(ctx); !ent.IsConstraintError(err) || !errors.Is(err, auroradataapi.ForeignKeyViolation) {
			t.Errorf("nobody's post gives %v", err)
		}
		if !sqlgraph.IsForeignKeyConstraintError(err) || sqlgraph.IsUniqueConstraintError(err) {
			t.Errorf("to ent nobody's post is another error: %v", err)
		}
		if _, err = client.User.Get(ctx, uuid.New()); !ent.IsNotFound(err) {
			t.Errorf("nobody gives %v", err)
		}
		if err = ann.Update().SetAge(-1).Exec(ctx); !ent.IsValidationError(err) {
			t.Errorf("an age that is negative gives %v", err)
		}
	})
}

const withVar = "`sql.WithVar` in a transaction, and outside of one"

// TestVariables sets a variable of the session, which a transaction is.
func TestVariables(t *testing.T) {
	page.Limit(t, withVar, "is not sent: outside of a transaction each call may meet another session", func(t *testing.T, srv *dataapitest.Server) error {
		client := ent.OpenDB(srv.Engine, srv.Open(t))
		ctx := t.Context()
		ok(t, create(ctx, client))
		ctx = entsql.WithVar(ctx, "app.tenant", "north")
		tx, err := client.Tx(ctx)
		ok(t, err)
		defer tx.Rollback()
		tenant := func(s *entsql.Selector) {
			s.Where(entsql.P(func(b *entsql.Builder) { b.WriteString("current_setting('app.tenant') = ").Arg("north") }))
		}
		tx.User.Create().SetName("ann").ExecX(ctx)
		if n, err := tx.User.Query().Where(tenant).Count(ctx); err != nil || n != 1 {
			t.Errorf("%d rows see the variable, %v", n, err)
		}
		_, err = client.User.Query().Count(ctx)
		return err
	}, toolpage.PostgreSQL)
}
