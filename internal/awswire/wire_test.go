package awswire_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// kinds is a structure with the kinds of member that the implemented operations do not have.
const kinds = `{"service":"kinds","protocol":"query","shapes":[
	{"name":"All","type":"structure","members":[
		{"name":"blob","shape":"Blob"},{"name":"long","shape":"Long"},{"name":"double","shape":"Double"},
		{"name":"map","shape":"Map","locationName":"m"},{"name":"flatMap","shape":"Map","flattened":true},
		{"name":"flat","shape":"List","flattened":true},{"name":"named","shape":"Named"},
		{"name":"iso","shape":"Time","timestampFormat":"iso8601"},{"name":"http","shape":"Time","timestampFormat":"rfc822"},
		{"name":"epoch","shape":"Time","timestampFormat":"unixTimestamp"}]},
	{"name":"Blob","type":"blob"},{"name":"Long","type":"long"},{"name":"Double","type":"double"},{"name":"S","type":"string"},
	{"name":"Map","type":"map","key":{"shape":"S"},"value":{"shape":"S","locationName":"v"}},
	{"name":"List","type":"list","member":{"shape":"S"}},
	{"name":"Named","type":"list","member":{"shape":"S","locationName":"x"}},
	{"name":"Time","type":"timestamp"}]}`

type all struct {
	Blob             []byte
	Long             *int64
	Double           *float64
	Map, FlatMap     map[string]string
	Flat, Named      []string
	Iso, Http, Epoch *time.Time
}

func kindsShape(t *testing.T) (*model.Shape, *all) {
	t.Helper()
	s, err := model.Parse([]byte(kinds))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return s.Shapes["All"], &all{[]byte("hi"), new(int64(1) << 40), new(0.25), map[string]string{"b": "2", "a": "1"},
		map[string]string{"k": ""}, []string{"p", "q"}, []string{"n"}, &at, &at, &at}
}

func TestEveryKind(t *testing.T) {
	sh, in := kindsShape(t)
	b, err := awswire.XMLStyle{Element: "member"}.AppendXML(nil, sh, in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `<blob>aGk=</blob><long>1099511627776</long><double>0.25</double>` +
		`<m><entry><key>a</key><v>1</v></entry><entry><key>b</key><v>2</v></entry></m><flatMap><key>k</key><v/></flatMap>` +
		`<flat>p</flat><flat>q</flat><named><x>n</x></named>` +
		`<iso>2026-01-02T03:04:05Z</iso><http>Fri, 02 Jan 2026 03:04:05 GMT</http><epoch>1767323045</epoch>`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}

	b, err = awswire.JSONStyle{LocationNames: true}.AppendJSON(nil, sh, in)
	if err != nil {
		t.Fatal(err)
	}
	object, err := awswire.ParseJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	got := &all{}
	plan, err := model.PlanOf(sh, got)
	if err != nil {
		t.Fatal(err)
	}
	d := awswire.JSONDecoder{Style: awswire.JSONStyle{LocationNames: true}}
	if err := d.Structure(plan, reflect.ValueOf(got).Elem(), object, nil); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, in) {
		t.Errorf("got %+v from %s, want %+v", got, b, in)
	}
}

func TestParseTime(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		text, format string
		want         time.Time
		ok           bool
	}{
		{"2026-01-02T03:04:05Z", awswire.ISO8601, at, true},
		{"2026-01-02T04:04:05+01:00", awswire.ISO8601, at, true},
		{"2026-01-02T03:04:05.250Z", "", at.Add(250 * time.Millisecond), true},
		{"2026-01-02T03:04:05", "", at, true},
		{"20260102T030405Z", "", at, true},
		{"2026-01-02", "", at.Truncate(24 * time.Hour), true},
		{"1767323045.5", awswire.UnixTimestamp, at.Add(500 * time.Millisecond), true},
		{"Fri, 02 Jan 2026 03:04:05 GMT", awswire.RFC822, at, true},
		{"1767323045", awswire.ISO8601, time.Time{}, false},
		{"yesterday", "", time.Time{}, false},
		{"NaN", awswire.UnixTimestamp, time.Time{}, false},
		{"1e18", awswire.UnixTimestamp, time.Time{}, false},
		{"yesterday", awswire.RFC822, time.Time{}, false},
	}
	for _, tt := range tests {
		got, err := awswire.ParseTime(tt.text, tt.format)
		if !got.Equal(tt.want) || (err == nil) != tt.ok {
			t.Errorf("ParseTime(%q, %q) = %v, %v, want %v", tt.text, tt.format, got, err, tt.want)
		}
	}
}

func TestSetTextRefuses(t *testing.T) {
	sh, in := kindsShape(t)
	plan, err := model.PlanOf(sh, in)
	if err != nil {
		t.Fatal(err)
	}
	for member, text := range map[string]string{"blob": "%", "long": "9223372036854775808", "double": "Inf", "map": "x", "iso": "x"} {
		for _, f := range plan.Fields {
			if f.Member.Name == member {
				if err := awswire.SetText(f.Plan, f.Value(reflect.ValueOf(in).Elem()), text, ""); err == nil {
					t.Errorf("%s took %q", member, text)
				}
			}
		}
	}
}

func TestParseFormUnused(t *testing.T) {
	form, err := awswire.ParseForm(httptest.NewRequest("GET", "/?b=1&a.2.x=1&a.1=1", nil), []byte("c=&&d"))
	if err != nil {
		t.Fatal(err)
	}
	form.Child("b").Used = true
	if got, want := form.Unused(), []string{"a.1", "a.2.x", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestResolve(t *testing.T) {
	s, err := model.Load("eks")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		err    *awserr.Error
		code   string
		status int
	}{
		{awserr.New("ResourceInUseException", ""), "ResourceInUseException", 409},
		{awserr.WithStatus(503, "Busy", ""), "Busy", 503},
		{awserr.New("Busy", ""), "Busy", 400},
	}
	for _, tt := range tests {
		if code, status := awswire.Resolve(s, tt.err); code != tt.code || status != tt.status {
			t.Errorf("Resolve(%v) = %s, %d, want %s, %d", tt.err, code, status, tt.code, tt.status)
		}
	}
}

func TestSensitiveValuesAreNotPrinted(t *testing.T) {
	s, err := model.Parse([]byte(`{"service":"x","shapes":[
		{"name":"Secret","type":"string","pattern":"[a-z]+","sensitive":true},
		{"name":"In","type":"structure","members":[{"name":"Password","shape":"Secret","required":true}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	violations, err := model.Validate(s.Shapes["In"], &struct{ Password string }{"Hunter2"}, nil)
	if err != nil || len(violations) != 1 {
		t.Fatalf("got %v, %v", violations, err)
	}
	if got := awswire.Detected(violations, awswire.ByContent); strings.Contains(got, "Hunter2") {
		t.Errorf("the value is printed: %s", got)
	}
}

// FuzzText: whatever a text holds, the XML and the JSON that it becomes can be read, and valid text survives JSON.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a<b>&\"'", "\x00\x1f\x7f", "\xff\xfe", "\uFFFE\uFFFF", "\r\n\t", "é🚀", "]]>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var fromXML struct {
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal(awswire.AppendElement(nil, "e", text), &fromXML); err != nil {
			t.Errorf("XML of %q: %v", text, err)
		}
		var fromJSON string
		if err := json.Unmarshal(awswire.AppendQuoted(nil, text), &fromJSON); err != nil {
			t.Errorf("JSON of %q: %v", text, err)
		}
		if utf8.ValidString(text) && fromJSON != text {
			t.Errorf("JSON of %q reads back as %q", text, fromJSON)
		}
	})
}
