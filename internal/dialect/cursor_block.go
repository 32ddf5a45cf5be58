package dialect

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A block of PL/pgSQL, which needs no right, stands in for the functions of a
// cursor that is Confined. It returns nothing, so that it leaves the texts of a
// page in a second cursor; and it has no parameters, so that those of the statement
// are a setting of the transaction.

// pageBlock is Page by a block.
func (c Cursor) pageBlock() []string {
	page := c.Name + "_page"
	return []string{
		"DO " + quote(fmt.Sprintf("DECLARE c refcursor := '%s'; page refcursor := '%s'; most int := %d; piece int := %d; texts text[];%s\nBEGIN",
			c.Name, page, c.PageBytes, c.PieceBytes, pageVariables)+
			"\n  IF EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE name = page::text) THEN CLOSE page; END IF;"+
			pageBody(kept, c.Guarded)+"\n  OPEN page FOR SELECT unnest(texts);\nEND"),
		"FETCH ALL FROM " + page,
	}
}

func kept(variable string) string { return "texts := texts || " + variable + ";" }

// openBlock is Open by a block, which finds the values of the parameters as a list
// of texts in a setting.
func (c Cursor) openBlock(engine string, used []wire.Parameter) (set, open Command) {
	declared, using := "c refcursor := '"+c.Name+"';", ""
	if len(used) > 0 {
		values := make([]*string, len(used)) // nil for NULL
		for i, p := range used {
			if p.Value.Kind() != wire.KindNull {
				text := parameterText(p)
				values[i] = &text
			}
			using += ", p[" + strconv.Itoa(i+1) + "]::" + ParameterType(p)
		}
		list, _ := json.Marshal(values) // cannot fail: texts
		set.SQL = "SELECT octet_length(set_config('auroradataapi.p', :p, true))"
		set.Parameters = []wire.Parameter{{Name: "p", Value: wire.String(string(list))}}
		declared += " p text[] := ARRAY(SELECT json_array_elements_text(current_setting('auroradataapi.p')::json));"
	}
	open.SQL = "DO " + quote("DECLARE "+declared+" BEGIN OPEN c FOR EXECUTE "+engine+usingClause(using)+"; END")
	return set, open
}

// parameterText returns the value of a parameter that is not NULL as PostgreSQL
// reads it as text, whatever the settings of the session.
func parameterText(p wire.Parameter) string {
	switch v := p.Value; v.Kind() {
	case wire.KindBoolean:
		return strconv.FormatBool(v.Boolean())
	case wire.KindLong:
		return strconv.FormatInt(v.Long(), 10)
	case wire.KindDouble:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case wire.KindBlob:
		return `\x` + hex.EncodeToString(v.Blob())
	default:
		return p.Value.Str()
	}
}
