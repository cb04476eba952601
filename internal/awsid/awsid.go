// Package awsid makes the identifiers that AWS hands out: unique ids, access keys, resource ids, request ids.
package awsid

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Prefixes of IAM unique ids and access keys.
// Source: IAM user guide, reference_identifiers (facts/iam-policy-evaluation.md section 8).
const (
	User            = "AIDA"
	Role            = "AROA"
	Group           = "AGPA"
	Policy          = "ANPA"
	InstanceProfile = "AIPA"
	LongTermKey     = "AKIA"
	TemporaryKey    = "ASIA"
)

const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// Unique returns a new unique id: the prefix and 17 random characters.
func Unique(prefix string) string { return prefix + text(17, idAlphabet) }

// AccessKey returns a new access key id that carries its account, as AWS's do: 40 bits from the second bit on, in
// base32. sts:GetAccessKeyInfo reads the account back from there.
func AccessKey(prefix, account string) string {
	n, _ := strconv.ParseUint(account, 10, 40)
	b := bytes(10)
	v := uint64(1)<<47 | n<<7 | uint64(b[5]&0x7f)
	for i := range 6 {
		b[i] = byte(v >> (8 * (5 - i)))
	}
	return prefix + base32.StdEncoding.EncodeToString(b)
}

// AccountOf reads the account out of an access key id; false where the text is no such id.
func AccountOf(accessKeyID string) (account string, ok bool) {
	if len(accessKeyID) != 20 || (!strings.HasPrefix(accessKeyID, LongTermKey) && !strings.HasPrefix(accessKeyID, TemporaryKey)) {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(accessKeyID[4:])
	if err != nil {
		return "", false
	}
	var v uint64
	for _, c := range b[:6] {
		v = v<<8 | uint64(c)
	}
	n := (v & 0x7fffffffff80) >> 7
	if n > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", n), true
}

// Secret returns a new secret access key of 40 characters.
func Secret() string { return base64.RawStdEncoding.EncodeToString(bytes(30)) }

// MFASeed returns a new seed of a virtual MFA device: 64 characters of base32.
func MFASeed() string { return base32.StdEncoding.EncodeToString(bytes(40)) }

// Resource returns a new resource id such as vpc-0123456789abcdef0: the kind, a dash and 17 hexadecimal digits.
func Resource(kind string) string { return kind + "-" + hex.EncodeToString(bytes(9))[:17] }

// Hex32 returns 32 upper-case hexadecimal digits, the id of a cluster's OIDC issuer and endpoint.
func Hex32() string { return strings.ToUpper(hex.EncodeToString(bytes(16))) }

// UUID returns a random (version 4) UUID.
func UUID() string {
	b := bytes(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func bytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program first
	return b
}

// text draws n characters of an alphabet whose length divides 256.
func text(n int, alphabet string) string {
	b := bytes(n)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
