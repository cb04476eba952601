package credentials

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
)

// ErrMessage is returned for a text that is no authorization message of this Airside.
var ErrMessage = errors.New("not an authorization message of this Airside")

// maxMessage bounds what an authorization message may unpack to.
const maxMessage = 256 << 10

// messageLabel keeps the two uses of the sealing key apart: a session token never opens as a message, nor a message as
// a session token.
var messageLabel = []byte("authorization message")

// SealMessage encodes what an authorization failure is about, so that only the holder of sts:DecodeAuthorizationMessage
// reads it (https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html).
func (x *Sealer) SealMessage(text string) string { return x.seal([]byte(text), messageLabel) }

// OpenMessage reads what SealMessage wrote; anything else is ErrMessage.
func (x *Sealer) OpenMessage(sealed string) (string, error) {
	raw, err := x.open(sealed, messageLabel, maxMessage)
	if err != nil {
		return "", ErrMessage
	}
	return string(raw), nil
}

// seal compresses, encrypts and prints raw. What was sealed with a label opens with that label only.
func (x *Sealer) seal(raw, label []byte) string {
	nonce := make([]byte, x.aead.NonceSize())
	rand.Read(nonce) // never fails: crypto/rand ends the program first
	return base64.RawURLEncoding.EncodeToString(x.aead.Seal(nonce, nonce, pack(raw), label))
}

// open undoes seal. A text that unpacks to more than limit bytes is refused.
func (x *Sealer) open(text string, label []byte, limit int64) ([]byte, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	if len(sealed) < x.aead.NonceSize() {
		return nil, io.ErrUnexpectedEOF
	}
	packed, err := x.aead.Open(nil, sealed[:x.aead.NonceSize()], sealed[x.aead.NonceSize():], label)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, errors.New("too long")
	}
	return raw, nil
}

// pack compresses raw: sealed sessions travel in every request.
func pack(raw []byte) []byte {
	var packed bytes.Buffer
	z, _ := flate.NewWriter(&packed, flate.BestCompression) // fails for unknown levels only
	z.Write(raw)                                            // a bytes.Buffer refuses no write
	z.Close()
	return packed.Bytes()
}

// PackedSize is the number of bytes that raw takes in a sealed session.
func PackedSize(raw []byte) int { return len(pack(raw)) }
