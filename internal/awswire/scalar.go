package awswire

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// The timestamp formats of AWS's models.
const (
	ISO8601       = "iso8601"
	UnixTimestamp = "unixTimestamp"
	RFC822        = "rfc822"
)

// ErrScalar is returned for a text that is not a value of its shape.
var ErrScalar = errors.New("not a value of the member's type")

// SetText parses text into v, whose plan is p and whose shape is a scalar or a blob. format is used for timestamps.
func SetText(p *model.Plan, v reflect.Value, text, format string) error {
	if !utf8.ValidString(text) {
		return ErrScalar
	}
	v = p.Settable(v)
	switch p.Shape.Kind {
	case model.String:
		v.SetString(text)
	case model.Integer, model.Long:
		n, err := strconv.ParseInt(text, 10, integerBits(p.Shape))
		if err != nil {
			return ErrScalar
		}
		v.SetInt(n)
	case model.Float, model.Double:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return ErrScalar
		}
		v.SetFloat(f)
	case model.Boolean:
		switch text {
		case "true", "True", "TRUE":
			v.SetBool(true)
		case "false", "False", "FALSE":
			v.SetBool(false)
		default:
			return ErrScalar
		}
	case model.Timestamp:
		t, err := ParseTime(text, format)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(t))
	case model.Blob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return ErrScalar
		}
		v.SetBytes(b)
	default:
		return ErrScalar
	}
	return nil
}

// integerBits is the width of an integer shape: AWS's integer is Java's int.
func integerBits(sh *model.Shape) int {
	if sh.Kind == model.Integer {
		return 32
	}
	return 64
}

// AppendText prints v, a scalar or a blob without its pointer.
func AppendText(b []byte, sh *model.Shape, v reflect.Value, format string) []byte {
	switch sh.Kind {
	case model.String:
		return append(b, v.String()...)
	case model.Integer, model.Long:
		return strconv.AppendInt(b, v.Int(), 10)
	case model.Float, model.Double:
		return strconv.AppendFloat(b, v.Float(), 'f', -1, 64)
	case model.Boolean:
		return strconv.AppendBool(b, v.Bool())
	case model.Timestamp:
		return AppendTime(b, v.Interface().(time.Time), format)
	case model.Blob:
		return base64.StdEncoding.AppendEncode(b, v.Bytes())
	}
	return b
}

// ParseTime reads a timestamp. An ISO 8601 one may leave out its zone and is then in UTC.
func ParseTime(text, format string) (time.Time, error) {
	switch format {
	case UnixTimestamp:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return time.Time{}, ErrScalar
		}
		return epoch(f)
	case RFC822:
		t, err := http.ParseTime(text)
		if err != nil {
			return time.Time{}, ErrScalar
		}
		return t.UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "20060102T150405Z", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, ErrScalar
}

// epoch is the moment f seconds after 1970, to the millisecond. The year must have four digits.
func epoch(f float64) (time.Time, error) {
	const year10000 = 253402300800
	if math.IsNaN(f) || f < -62135596800 || f >= year10000 {
		return time.Time{}, ErrScalar
	}
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC(), nil
}

// EC2Time is ISO 8601 with milliseconds, which EC2 always writes.
const EC2Time = "ec2"

// AppendTime prints a timestamp: whole seconds in ISO 8601, as IAM and STS do; epoch seconds with as many decimals as
// they need.
func AppendTime(b []byte, t time.Time, format string) []byte {
	t = t.UTC()
	switch format {
	case UnixTimestamp:
		return strconv.AppendFloat(b, float64(t.UnixMilli())/1000, 'f', -1, 64)
	case RFC822:
		return t.AppendFormat(b, http.TimeFormat)
	case EC2Time:
		return t.AppendFormat(b, "2006-01-02T15:04:05.000Z")
	}
	return t.AppendFormat(b, "2006-01-02T15:04:05Z")
}

// Format is the timestamp format of a use of a shape: the model's, else the protocol's.
func Format(m *model.Member, protocol string) string {
	if f := m.Format(); f != "" {
		return f
	}
	return protocol
}
