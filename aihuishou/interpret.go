package aihuishou

import (
	"encoding/json"
	"strconv"

	"github.com/pentagate/pentagate/transport"
)

// interpret reads the envelope {"code":0,"msg":"success","data":{...}}: 0 is
// success, anything else an error that msg describes, and a success without
// data counts as an empty object ("Aihuishou partner API, answers"). The codes
// themselves are not published, so all of them are of one class. A code that
// is no number is not what is documented: whether the call was carried out is
// then not known.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	var envelope struct {
		Code json.RawMessage `json:"code"`
		Msg  json.RawMessage `json:"msg"`
		Data json.RawMessage `json:"data"`
	}
	readable := json.Unmarshal(a.Body, &envelope) == nil
	code := scalar(envelope.Code)
	e := transport.StatusError(a.Status)
	if e == nil {
		number, err := strconv.ParseFloat(code, 64)
		switch {
		case !readable || err != nil:
			e = &transport.Error{Kind: transport.ErrMalformed}
		case number != 0:
			e = &transport.Error{Kind: transport.ErrInvalid}
		case len(envelope.Data) == 0 || string(envelope.Data) == "null":
			return []byte("{}"), nil
		default:
			return envelope.Data, nil
		}
	}
	e.Code, e.Message = code, scalar(envelope.Msg)
	return nil, e
}
