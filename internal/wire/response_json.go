package wire

import "slices"

// AppendJSON appends the answer as the service writes it.
func (r *ExecuteResponse) AppendJSON(dst []byte) []byte {
	if r.Records != nil { // a page would be grown to by and by, and copied each time
		dst = slices.Grow(dst, fieldBytes(r.Records.rows))
	}
	o := openObject(dst)
	if r.ColumnMetadata != nil {
		o.key("columnMetadata")
		o.buf = appendList(o.buf, r.ColumnMetadata, appendColumn)
	}
	if r.FormattedRecords != nil {
		o.string("formattedRecords", *r.FormattedRecords)
	}
	if r.GeneratedFields != nil {
		o.key("generatedFields")
		o.buf = appendFields(o.buf, r.GeneratedFields)
	}
	o.int("numberOfRecordsUpdated", r.NumberOfRecordsUpdated)
	if r.Records != nil {
		o.key("records")
		o.buf = r.Records.appendJSON(o.buf)
	}
	return o.close()
}

// ParseJSON reads an answer; it returns a *JSONError for what is not one. The
// records stay undecoded, and where they make up the rest of the message they
// were not even looked at: what is wrong with them shows when they are read. They
// keep body, which must not be changed before they are read or closed.
func (r *ExecuteResponse) ParseJSON(body []byte) error {
	*r = ExecuteResponse{}
	return parseMessage(body, func(s *scanner, key string) (err error) {
		switch key {
		case "columnMetadata":
			r.ColumnMetadata = []ColumnMetadata{}
			err = s.array(func() error {
				c, err := s.column()
				r.ColumnMetadata = append(r.ColumnMetadata, c)
				return err
			})
		case "formattedRecords":
			var text string
			text, err = s.string()
			r.FormattedRecords = &text
		case "generatedFields":
			r.GeneratedFields, err = s.fields([]Field{})
		case "numberOfRecordsUpdated":
			r.NumberOfRecordsUpdated, err = s.int64()
		case "records":
			r.Records, err = s.records()
		default:
			err = s.skip()
		}
		return err
	})
}

// fieldBytes returns how many bytes the JSON of rows takes, if not more than one in
// eight in their texts has to be escaped.
func fieldBytes(rows [][]Field) int {
	const object, number = len(`{"stringValue":""},`), 20
	n := 0
	for _, row := range rows {
		n += len(`[],`) + len(row)*object
		for i := range row {
			switch f := &row[i]; f.kind {
			case KindString:
				n += len(f.str) + len(f.str)/8
			case KindBlob:
				n += (len(f.blob) + 2) / 3 * 4
			case KindLong, KindDouble:
				n += number
			}
		}
	}
	return n
}

// AppendJSON appends the answer as the service writes it.
func (r *BatchResponse) AppendJSON(dst []byte) []byte {
	o := openObject(dst)
	if r.UpdateResults != nil {
		o.key("updateResults")
		o.buf = appendList(o.buf, r.UpdateResults, appendUpdateResult)
	}
	return o.close()
}

// ParseJSON reads an answer. It returns a *JSONError for what is not one.
func (r *BatchResponse) ParseJSON(body []byte) error {
	*r = BatchResponse{}
	return parseMessage(body, func(s *scanner, key string) error {
		if key != "updateResults" {
			return s.skip()
		}
		r.UpdateResults = []UpdateResult{}
		return s.array(func() error {
			u, err := s.updateResult()
			r.UpdateResults = append(r.UpdateResults, u)
			return err
		})
	})
}

func appendUpdateResult(dst []byte, u *UpdateResult) []byte {
	o := openObject(dst)
	if u.GeneratedFields != nil {
		o.key("generatedFields")
		o.buf = appendFields(o.buf, u.GeneratedFields)
	}
	return o.close()
}

func (s *scanner) updateResult() (u UpdateResult, err error) {
	err = s.object(func(key string) (err error) {
		if key != "generatedFields" {
			return s.skip()
		}
		u.GeneratedFields, err = s.fields([]Field{})
		return err
	})
	return u, err
}

// AppendJSON appends the answer as the service writes it.
func (r *BeginResponse) AppendJSON(dst []byte) []byte {
	return appendOne(dst, "transactionId", r.TransactionID)
}

// ParseJSON reads an answer. It returns a *JSONError for what is not one.
func (r *BeginResponse) ParseJSON(body []byte) error {
	*r = BeginResponse{}
	return parseStrings(body, map[string]*string{"transactionId": &r.TransactionID})
}

// AppendJSON appends the answer as the service writes it.
func (r *CommitResponse) AppendJSON(dst []byte) []byte {
	return appendOne(dst, "transactionStatus", r.TransactionStatus)
}

// ParseJSON reads an answer. It returns a *JSONError for what is not one.
func (r *CommitResponse) ParseJSON(body []byte) error {
	*r = CommitResponse{}
	return parseStrings(body, map[string]*string{"transactionStatus": &r.TransactionStatus})
}

// AppendJSON appends the answer as the service writes it.
func (r *RollbackResponse) AppendJSON(dst []byte) []byte {
	return appendOne(dst, "transactionStatus", r.TransactionStatus)
}

// ParseJSON reads an answer. It returns a *JSONError for what is not one.
func (r *RollbackResponse) ParseJSON(body []byte) error {
	*r = RollbackResponse{}
	return parseStrings(body, map[string]*string{"transactionStatus": &r.TransactionStatus})
}

// appendOne appends a message of one string.
func appendOne(dst []byte, name, value string) []byte {
	o := openObject(dst)
	o.string(name, value)
	return o.close()
}

func appendFields(dst []byte, fields []Field) []byte {
	return appendList(dst, fields, appendField)
}

// fields appends a list of fields to list.
func (s *scanner) fields(list []Field) ([]Field, error) {
	err := s.array(func() error {
		if s.null() { // a union that is null has no member
			list = append(list, Field{})
			return nil
		}
		f, err := s.field()
		list = append(list, f)
		return err
	})
	return list, err
}

func appendColumn(dst []byte, c *ColumnMetadata) []byte {
	o := openObject(dst)
	o.int("arrayBaseColumnType", int64(c.ArrayBaseColumnType))
	o.bool("isAutoIncrement", c.IsAutoIncrement)
	o.bool("isCaseSensitive", c.IsCaseSensitive)
	o.bool("isCurrency", c.IsCurrency)
	o.bool("isSigned", c.IsSigned)
	o.string("label", c.Label)
	o.string("name", c.Name)
	o.int("nullable", int64(c.Nullable))
	o.int("precision", int64(c.Precision))
	o.int("scale", int64(c.Scale))
	o.string("schemaName", c.SchemaName)
	o.string("tableName", c.TableName)
	o.int("type", int64(c.Type))
	o.string("typeName", c.TypeName)
	return o.close()
}

func (s *scanner) column() (c ColumnMetadata, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "arrayBaseColumnType":
			c.ArrayBaseColumnType, err = s.int()
		case "isAutoIncrement":
			c.IsAutoIncrement, err = s.bool()
		case "isCaseSensitive":
			c.IsCaseSensitive, err = s.bool()
		case "isCurrency":
			c.IsCurrency, err = s.bool()
		case "isSigned":
			c.IsSigned, err = s.bool()
		case "label":
			c.Label, err = s.string()
		case "name":
			c.Name, err = s.string()
		case "nullable":
			c.Nullable, err = s.int()
		case "precision":
			c.Precision, err = s.int()
		case "scale":
			c.Scale, err = s.int()
		case "schemaName":
			c.SchemaName, err = s.string()
		case "tableName":
			c.TableName, err = s.string()
		case "type":
			c.Type, err = s.int()
		case "typeName":
			c.TypeName, err = s.string()
		default:
			err = s.skip()
		}
		return err
	})
	return c, err
}
