package server

import "encoding/binary"

// Bytes that begin packets.
const (
	packetOK    = 0x00
	packetFile  = 0xfb // the database wants a file
	packetError = 0xff
)

// maxLookedAt is how much of a packet is looked at. A column's definition holds
// a handful of names.
const maxLookedAt = 16 << 10

// moreResults is the flag of a reply that another one follows.
const moreResults = 0x8

// mysqlReply is what a database replied to a command, as far as it is read: of
// an execution the first result.
type mysqlReply struct {
	stage replyStage
	want  int // definitions of columns to come

	params   int           // that a prepared statement has
	columns  []mysqlColumn // of the first result that has rows
	broken   bool          // whether a definition was not understood
	affected int64         // of the first result, if it has no rows
	insertID uint64
}

type replyStage uint8

const (
	stageDone     replyStage = iota // nothing more to learn
	stagePrepared                   // the reply to a preparation begins
	stageResult                     // a result begins
	stageColumns
)

// begin expects the reply to a command.
func (r *mysqlReply) begin(command byte) {
	switch command {
	case comPrepare:
		*r = mysqlReply{stage: stagePrepared}
	case comExecute:
		*r = mysqlReply{stage: stageResult, params: r.params}
	case comQuery:
		*r = mysqlReply{stage: stageResult}
	default:
		r.stage = stageDone
	}
}

// looksAt returns how much of the next packet is needed.
func (r *mysqlReply) looksAt() int {
	if r.stage == stageDone {
		return 0
	}
	return maxLookedAt
}

// packet takes the next packet of a reply.
func (r *mysqlReply) packet(body []byte) {
	switch r.stage {
	case stagePrepared:
		r.stage = stageDone
		if len(body) >= 9 && body[0] == packetOK {
			r.params = int(binary.LittleEndian.Uint16(body[7:]))
		}
	case stageResult:
		r.result(body)
	case stageColumns:
		r.columns = append(r.columns, r.definition(body))
		if r.want--; r.want == 0 {
			r.stage = stageDone
		}
	}
}

// result reads the start of a result: how many columns it has, or what a
// statement without rows did. Of several without rows the first counts, as of
// several with rows.
func (r *mysqlReply) result(body []byte) {
	r.stage = stageDone
	if len(body) == 0 || body[0] == packetError || body[0] == packetFile {
		return
	}
	p := packetReader{rest: body}
	if body[0] != packetOK {
		if r.want = int(p.number()); r.want > 0 {
			r.stage = stageColumns
		}
		return
	}
	p.skip(1)
	affected, insertID := p.number(), p.number()
	if r.insertID == 0 && r.affected == 0 {
		r.affected, r.insertID = int64(affected), insertID
	}
	if status := p.fixed(2); status&moreResults != 0 {
		r.stage = stageResult
	}
}

// definition reads the definition of a column.
func (r *mysqlReply) definition(body []byte) mysqlColumn {
	p := packetReader{rest: body}
	p.text() // catalog
	p.text() // schema
	p.text() // alias of the table
	var c mysqlColumn
	c.table, c.label, c.name = p.text(), p.text(), p.text()
	p.number() // the length of what follows
	c.charset = uint16(p.fixed(2))
	c.length = uint32(p.fixed(4))
	c.typ = mysqlType(p.fixed(1))
	c.flags = uint16(p.fixed(2))
	c.decimals = uint8(p.fixed(1))
	r.broken = r.broken || p.bad
	return c
}

// packetReader reads parts off a packet, and remembers when one was not there.
type packetReader struct {
	rest []byte
	bad  bool
}

func (p *packetReader) skip(n int) []byte {
	if n < 0 || n > len(p.rest) {
		p.bad, p.rest = true, nil
		return nil
	}
	skipped := p.rest[:n]
	p.rest = p.rest[n:]
	return skipped
}

// fixed reads a number of n bytes.
func (p *packetReader) fixed(n int) (v uint64) {
	for i, b := range p.skip(n) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

// number reads a number that says how long it is.
func (p *packetReader) number() uint64 {
	switch first := p.fixed(1); first {
	case 0xfc:
		return p.fixed(2)
	case 0xfd:
		return p.fixed(3)
	case 0xfe:
		return p.fixed(8)
	default:
		return first
	}
}

func (p *packetReader) text() string {
	n := p.number()
	if n > maxLookedAt {
		p.bad = true
		return ""
	}
	return string(p.skip(int(n)))
}
