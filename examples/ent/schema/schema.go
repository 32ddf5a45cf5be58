// Package schema says which entities there are; package ent is generated from
// it.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// User has posts and follows users.
type User struct{ ent.Schema }

// Fields of a user.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(uuid.New),
		field.String("name").MaxLen(100).Unique(),
		field.Enum("role").Values("reader", "writer").Default("reader"),
		field.Int("age").Optional().Nillable().Positive(),
		field.Float("score").Default(0.5),
		field.Bool("active").Default(true),
		field.Time("joined").Default(time.Now).Immutable(),
		field.Time("seen").Optional().Nillable(),
		field.Bytes("picture").Optional(),
		field.JSON("settings", map[string]any{}).Optional(),
		field.Strings("tags").Optional(),
		field.String("about").Default("it's :me ?").
			SchemaType(map[string]string{dialect.MySQL: "varchar(200)"}).Comment("what they say; as: text"),
	}
}

// Edges of a user.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("posts", Post.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("follows", User.Type).From("followers"),
	}
}

// Indexes of a user.
func (User) Indexes() []ent.Index {
	return []ent.Index{index.Fields("role", "joined")}
}

// Post is by a user.
type Post struct{ ent.Schema }

// Fields of a post.
func (Post) Fields() []ent.Field {
	return []ent.Field{
		field.String("title").NotEmpty().MaxLen(100),
		field.Text("body").Optional(),
		field.Int64("likes").Default(0),
		field.Uint64("views").Default(0),
		field.JSON("links", []string{}).Optional(),
	}
}

// Edges of a post.
func (Post) Edges() []ent.Edge {
	return []ent.Edge{edge.From("author", User.Type).Ref("posts").Unique().Required()}
}
