CREATE TABLE "visits" (
	"place" integer NOT NULL,
	"at" timestamp DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_place_fk" FOREIGN KEY ("place") REFERENCES "places"("id") ON DELETE cascade;
--> statement-breakpoint
CREATE FUNCTION "count_visits"(p integer) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM visits WHERE place = p';
