package wire

// AppendJSON appends the request as the service reads it.
func (r *ExecuteRequest) AppendJSON(dst []byte) []byte {
	o := openObject(r.reserve(dst))
	if r.ContinueAfterTimeout {
		o.bool("continueAfterTimeout", true)
	}
	o.optional("database", r.Database)
	o.optional("formatRecordsAs", string(r.FormatRecordsAs))
	if r.IncludeResultMetadata {
		o.bool("includeResultMetadata", true)
	}
	if r.Parameters != nil {
		o.key("parameters")
		o.buf = appendList(o.buf, r.Parameters, appendParameter)
	}
	o.string("resourceArn", r.ResourceARN)
	if r.ResultSetOptions != (ResultSetOptions{}) {
		o.key("resultSetOptions")
		o.buf = r.ResultSetOptions.appendJSON(o.buf)
	}
	o.optional("schema", r.Schema)
	o.string("secretArn", r.SecretARN)
	o.string("sql", r.SQL)
	o.optional("transactionId", r.TransactionID)
	return o.close()
}

// longText is how many bytes a text has that is worth to be measured.
const longText = 64 << 10

// reserve returns dst with memory for the request, if it has long texts: with what
// append takes one step after the other, they would be copied several times.
func (r *ExecuteRequest) reserve(dst []byte) []byte {
	n := 0
	for i := range r.Parameters {
		if s := r.Parameters[i].Value.str; len(s) >= longText {
			n += quotedLen(s)
		}
	}
	if n += len(dst); n == len(dst) || n <= cap(dst) {
		return dst
	}
	return append(make([]byte, 0, n+n/64), dst...) // and for the statement and the names
}

// ParseJSON reads a request. It returns a *JSONError for what is not one.
func (r *ExecuteRequest) ParseJSON(body []byte) error {
	*r = ExecuteRequest{}
	return parseMessage(body, func(s *scanner, key string) (err error) {
		switch key {
		case "continueAfterTimeout":
			r.ContinueAfterTimeout, err = s.bool()
		case "database":
			r.Database, err = s.string()
		case "formatRecordsAs":
			r.FormatRecordsAs, err = scanEnum(s, RecordsNone, RecordsJSON)
		case "includeResultMetadata":
			r.IncludeResultMetadata, err = s.bool()
		case "parameters":
			r.Parameters, err = s.parameters()
		case "resourceArn":
			r.ResourceARN, err = s.string()
		case "resultSetOptions":
			r.ResultSetOptions, err = s.resultSetOptions()
		case "schema":
			r.Schema, err = s.string()
		case "secretArn":
			r.SecretARN, err = s.string()
		case "sql":
			r.SQL, err = s.string()
		case "transactionId":
			r.TransactionID, err = s.string()
		default:
			err = s.skip()
		}
		return err
	})
}

func (o ResultSetOptions) appendJSON(dst []byte) []byte {
	obj := openObject(dst)
	obj.optional("decimalReturnType", string(o.DecimalReturnType))
	obj.optional("longReturnType", string(o.LongReturnType))
	return obj.close()
}

func (s *scanner) resultSetOptions() (o ResultSetOptions, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "decimalReturnType":
			o.DecimalReturnType, err = scanEnum(s, DecimalString, DecimalDoubleOrLong)
		case "longReturnType":
			o.LongReturnType, err = scanEnum(s, LongLong, LongString)
		default:
			err = s.skip()
		}
		return err
	})
	return o, err
}

func appendParameter(dst []byte, p *Parameter) []byte {
	o := openObject(dst)
	o.optional("name", p.Name)
	o.optional("typeHint", string(p.TypeHint))
	if p.Value.kind != KindAbsent {
		o.key("value")
		o.buf = appendField(o.buf, &p.Value)
	}
	return o.close()
}

// parameters reads a list of parameters; the list is not nil if it is empty.
func (s *scanner) parameters() ([]Parameter, error) {
	list := []Parameter{}
	err := s.array(func() error {
		p, err := s.parameter()
		list = append(list, p)
		return err
	})
	return list, err
}

func (s *scanner) parameter() (p Parameter, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "name":
			p.Name, err = s.string()
		case "typeHint":
			p.TypeHint, err = scanEnum(s, HintDate, HintDecimal, HintJSON, HintTime, HintTimestamp, HintUUID)
		case "value":
			p.Value, err = s.field()
		default:
			err = s.skip()
		}
		return err
	})
	return p, err
}

// AppendJSON appends the request as the service reads it.
func (r *BatchRequest) AppendJSON(dst []byte) []byte {
	o := openObject(dst)
	o.optional("database", r.Database)
	if r.ParameterSets != nil {
		o.key("parameterSets")
		o.buf = appendList(o.buf, r.ParameterSets, func(dst []byte, set *[]Parameter) []byte { return AppendParameterSet(dst, *set) })
	}
	o.string("resourceArn", r.ResourceARN)
	o.optional("schema", r.Schema)
	o.string("secretArn", r.SecretARN)
	o.string("sql", r.SQL)
	o.optional("transactionId", r.TransactionID)
	return o.close()
}

// AppendParameterSet appends one element of BatchRequest.ParameterSets as the
// request holds it, for those who have to know its size.
func AppendParameterSet(dst []byte, set []Parameter) []byte {
	return appendList(dst, set, appendParameter)
}

// ParseJSON reads a request. It returns a *JSONError for what is not one.
func (r *BatchRequest) ParseJSON(body []byte) error {
	*r = BatchRequest{}
	return parseMessage(body, func(s *scanner, key string) (err error) {
		switch key {
		case "database":
			r.Database, err = s.string()
		case "parameterSets":
			r.ParameterSets = [][]Parameter{}
			err = s.array(func() error {
				set, err := s.parameters()
				r.ParameterSets = append(r.ParameterSets, set)
				return err
			})
		case "resourceArn":
			r.ResourceARN, err = s.string()
		case "schema":
			r.Schema, err = s.string()
		case "secretArn":
			r.SecretARN, err = s.string()
		case "sql":
			r.SQL, err = s.string()
		case "transactionId":
			r.TransactionID, err = s.string()
		default:
			err = s.skip()
		}
		return err
	})
}

// AppendJSON appends the request as the service reads it.
func (r *BeginRequest) AppendJSON(dst []byte) []byte {
	o := openObject(dst)
	o.optional("database", r.Database)
	o.string("resourceArn", r.ResourceARN)
	o.optional("schema", r.Schema)
	o.string("secretArn", r.SecretARN)
	return o.close()
}

// ParseJSON reads a request. It returns a *JSONError for what is not one.
func (r *BeginRequest) ParseJSON(body []byte) error {
	*r = BeginRequest{}
	return parseStrings(body, map[string]*string{
		"database": &r.Database, "resourceArn": &r.ResourceARN, "schema": &r.Schema, "secretArn": &r.SecretARN,
	})
}

// AppendJSON appends the request as the service reads it.
func (r *CommitRequest) AppendJSON(dst []byte) []byte {
	return appendEnd(dst, r.ResourceARN, r.SecretARN, r.TransactionID)
}

// ParseJSON reads a request. It returns a *JSONError for what is not one.
func (r *CommitRequest) ParseJSON(body []byte) error {
	*r = CommitRequest{}
	return parseStrings(body, map[string]*string{
		"resourceArn": &r.ResourceARN, "secretArn": &r.SecretARN, "transactionId": &r.TransactionID,
	})
}

// AppendJSON appends the request as the service reads it.
func (r *RollbackRequest) AppendJSON(dst []byte) []byte {
	return appendEnd(dst, r.ResourceARN, r.SecretARN, r.TransactionID)
}

// ParseJSON reads a request. It returns a *JSONError for what is not one.
func (r *RollbackRequest) ParseJSON(body []byte) error {
	*r = RollbackRequest{}
	return parseStrings(body, map[string]*string{
		"resourceArn": &r.ResourceARN, "secretArn": &r.SecretARN, "transactionId": &r.TransactionID,
	})
}

// appendEnd appends a request that ends a transaction.
func appendEnd(dst []byte, resourceARN, secretARN, transactionID string) []byte {
	o := openObject(dst)
	o.string("resourceArn", resourceARN)
	o.string("secretArn", secretARN)
	o.string("transactionId", transactionID)
	return o.close()
}

// parseMessage reads a message: one object and nothing behind it.
func parseMessage(body []byte, member func(s *scanner, key string) error) error {
	s := &scanner{data: body}
	if err := s.object(func(key string) error { return member(s, key) }); err != nil {
		return err
	}
	return s.end()
}

// parseStrings reads a message all of whose members are strings.
func parseStrings(body []byte, members map[string]*string) error {
	return parseMessage(body, func(s *scanner, key string) (err error) {
		if member := members[key]; member != nil {
			*member, err = s.string()
			return err
		}
		return s.skip()
	})
}

// scanEnum reads a string that has to be one of the given values.
func scanEnum[T ~string](s *scanner, values ...T) (T, error) {
	start := s.pos
	text, err := s.string()
	if err != nil {
		return "", err
	}
	for _, v := range values {
		if text == string(v) {
			return v, nil
		}
	}
	s.pos = start
	return "", s.fail("%q is none of %q", clip([]byte(text)), values)
}
