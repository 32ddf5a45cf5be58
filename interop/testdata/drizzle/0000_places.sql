CREATE TYPE "kind" AS ENUM('town', 'lake');
--> statement-breakpoint
CREATE TABLE "places" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" "kind" DEFAULT 'town' NOT NULL
);
