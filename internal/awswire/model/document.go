package model

// Document is a service model as it is stored in this package: the part of AWS's published model that the implemented
// operations reach, without prose, in an order that does not change between runs. The generator writes it, load reads
// it.
type Document struct {
	Service        string         `json:"service"`
	Protocol       string         `json:"protocol"`
	JSONVersion    string         `json:"jsonVersion,omitempty"`
	APIVersion     string         `json:"apiVersion"`
	XMLNamespace   string         `json:"xmlNamespace,omitempty"`
	SigningName    string         `json:"signingName"`
	EndpointPrefix string         `json:"endpointPrefix"`
	TargetPrefix   string         `json:"targetPrefix,omitempty"`
	Operations     []OperationDoc `json:"operations"`
	Known          []Known        `json:"known"`
	Shapes         []ShapeDoc     `json:"shapes"`
}

// OperationDoc is an implemented operation. Input and Output name shapes.
type OperationDoc struct {
	Name          string   `json:"name"`
	Method        string   `json:"method"`
	URI           string   `json:"uri"`
	Status        int      `json:"status,omitempty"`
	Input         string   `json:"input,omitempty"`
	Output        string   `json:"output,omitempty"`
	ResultWrapper string   `json:"resultWrapper,omitempty"`
	Errors        []string `json:"errors,omitempty"`
}

// ShapeDoc is a shape. Members are in the order of AWS's model.
type ShapeDoc struct {
	Name            string     `json:"name"`
	Type            string     `json:"type"`
	Members         []RefDoc   `json:"members,omitempty"`
	Member          *RefDoc    `json:"member,omitempty"`
	Key             *RefDoc    `json:"key,omitempty"`
	Value           *RefDoc    `json:"value,omitempty"`
	Min             *float64   `json:"min,omitempty"`
	Max             *float64   `json:"max,omitempty"`
	Pattern         string     `json:"pattern,omitempty"`
	Enum            []string   `json:"enum,omitempty"`
	Flattened       bool       `json:"flattened,omitempty"`
	Sensitive       bool       `json:"sensitive,omitempty"`
	TimestampFormat string     `json:"timestampFormat,omitempty"`
	Exception       bool       `json:"exception,omitempty"`
	Fault           bool       `json:"fault,omitempty"`
	Error           *ErrorWire `json:"error,omitempty"`
}

// RefDoc is a use of a shape: as a member of a structure, an element of a list, a key or a value of a map.
type RefDoc struct {
	Name             string `json:"name,omitempty"`
	Shape            string `json:"shape"`
	Required         bool   `json:"required,omitempty"`
	Location         string `json:"location,omitempty"`
	LocationName     string `json:"locationName,omitempty"`
	QueryName        string `json:"queryName,omitempty"`
	Flattened        bool   `json:"flattened,omitempty"`
	TimestampFormat  string `json:"timestampFormat,omitempty"`
	IdempotencyToken bool   `json:"idempotencyToken,omitempty"`
}

// ErrorWire is how an error shape appears on the wire.
type ErrorWire struct {
	Code        string `json:"code,omitempty"`
	Status      int    `json:"status,omitempty"`
	SenderFault bool   `json:"senderFault,omitempty"`
}

// Known is an operation that the real service has, implemented here or not.
type Known struct {
	Name   string `json:"name"`
	Method string `json:"method"`
	URI    string `json:"uri"`
}
