package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"
)

// signingKey is what a secret key becomes for one day, region and service.
type signingKey [sha256.Size]byte

func hmacSHA256(key []byte, text string) [sha256.Size]byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// deriveKey is the chain of the IAM user guide: "AWS4"+secret → date → region → service → "aws4_request".
func deriveKey(secret string, scope Scope) signingKey {
	date := hmacSHA256([]byte("AWS4"+secret), scope.Date)
	region := hmacSHA256(date[:], scope.Region)
	service := hmacSHA256(region[:], scope.Service)
	return hmacSHA256(service[:], terminator)
}

// keyID names a signing key. The secret goes in by its hash, so that a key id whose secret changed has another entry.
type keyID struct {
	accessKey             string
	secret                [sha256.Size]byte
	date, region, service string
}

// keyCache keeps the signing keys in use: it saves four of the five HMACs of a request. It has two generations; when
// the young one is full it becomes the old one, and the old one is dropped. A key that is used stays, as in an LRU
// list, but a hit in the young generation writes nothing.
type keyCache struct {
	size       int // of one generation
	mu         sync.RWMutex
	young, old map[keyID]signingKey
}

// signingKeys serves the whole process: entries are found by everything that goes into a key, so sharing it leaks
// nothing from one user to another.
var signingKeys = newKeyCache(1024)

func newKeyCache(size int) *keyCache {
	return &keyCache{size: size, young: make(map[keyID]signingKey)}
}

func (c *keyCache) get(id keyID) (signingKey, bool) {
	c.mu.RLock()
	key, ok := c.young[id]
	if ok {
		c.mu.RUnlock()
		return key, true
	}
	key, ok = c.old[id]
	c.mu.RUnlock()
	if ok {
		c.put(id, key)
	}
	return key, ok
}

func (c *keyCache) put(id keyID, key signingKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.size {
		c.old, c.young = c.young, make(map[keyID]signingKey, c.size)
	}
	c.young[id] = key
}
