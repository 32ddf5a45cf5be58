package dialect

import "testing"

const benchmarkSQL = `SELECT u.id, u.name, u.email, count(o.id) AS orders, 'it''s' AS note
FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.created_at >= $2::timestamptz
WHERE u.id = $1 GROUP BY u.id ORDER BY orders DESC LIMIT $3`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(benchmarkSQL)))
	b.ReportAllocs()
	for b.Loop() {
		PostgreSQL.Parse(benchmarkSQL)
	}
}

func BenchmarkToService(b *testing.B) {
	s := PostgreSQL.Parse(benchmarkSQL)
	args := positional(3)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ToService(named(args)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromService(b *testing.B) {
	service, err := PostgreSQL.Parse(benchmarkSQL).ToService(named(positional(3)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PostgreSQL.FromService(service.SQL); err != nil {
			b.Fatal(err)
		}
	}
}
