// Package webhook answers the two questions that a cluster's API server asks: who sent this token (TokenReview), and what
// may they do (SubjectAccessReview).
//
// Both are thin shells over the core: they read JSON, collect facts from the current World, ask clusteraccess, and write
// JSON and a trail record. They answer from memory. The package owns the HTTPS listener for API servers; only a client
// with a certificate of the lab's webhook authority gets past it.
package webhook
