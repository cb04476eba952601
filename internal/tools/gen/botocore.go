package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// botocore is a service-2 model as AWS publishes it, as far as anything here follows from it.
type botocore struct {
	Metadata struct {
		APIVersion     string `json:"apiVersion"`
		EndpointPrefix string `json:"endpointPrefix"`
		Protocol       string `json:"protocol"`
		JSONVersion    string `json:"jsonVersion"`
		SigningName    string `json:"signingName"`
		TargetPrefix   string `json:"targetPrefix"`
		XMLNamespace   string `json:"xmlNamespace"`
	} `json:"metadata"`
	Operations map[string]struct {
		HTTP struct {
			Method       string `json:"method"`
			RequestURI   string `json:"requestUri"`
			ResponseCode int    `json:"responseCode"`
		} `json:"http"`
		Input  *shapeRef  `json:"input"`
		Output *shapeRef  `json:"output"`
		Errors []shapeRef `json:"errors"`
	} `json:"operations"`
	Shapes map[string]shape `json:"shapes"`
}

type shape struct {
	Type            string     `json:"type"`
	Members         members    `json:"members"`
	Required        []string   `json:"required"`
	Payload         string     `json:"payload"`
	Member          *shapeRef  `json:"member"`
	Key             *shapeRef  `json:"key"`
	Value           *shapeRef  `json:"value"`
	Min             *float64   `json:"min"`
	Max             *float64   `json:"max"`
	Pattern         string     `json:"pattern"`
	Enum            []string   `json:"enum"`
	Flattened       bool       `json:"flattened"`
	Sensitive       bool       `json:"sensitive"`
	TimestampFormat string     `json:"timestampFormat"`
	Exception       bool       `json:"exception"`
	Fault           bool       `json:"fault"`
	Error           *errorWire `json:"error"`
}

type errorWire struct {
	Code           string `json:"code"`
	HTTPStatusCode int    `json:"httpStatusCode"`
	SenderFault    bool   `json:"senderFault"`
}

type shapeRef struct {
	Shape            string `json:"shape"`
	ResultWrapper    string `json:"resultWrapper"`
	Location         string `json:"location"`
	LocationName     string `json:"locationName"`
	QueryName        string `json:"queryName"`
	Flattened        bool   `json:"flattened"`
	TimestampFormat  string `json:"timestampFormat"`
	IdempotencyToken bool   `json:"idempotencyToken"`
}

// members keeps a structure's members in the order of the file, which is the order that AWS answers in.
type members []struct {
	name string
	ref  shapeRef
}

func (m *members) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var ref shapeRef
		if err := d.Decode(&ref); err != nil {
			return err
		}
		*m = append(*m, struct {
			name string
			ref  shapeRef
		}{name.(string), ref})
	}
	return nil
}

func readModel(file string) (*botocore, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := new(botocore)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}
