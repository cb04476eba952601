package webhook

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/world"
)

// maxBody bounds a review. The API server's own limit for a token is far below it.
const maxBody = 1 << 20

// Options is what the webhooks are made of. Every field but Endpoints is required.
type Options struct {
	World    func() *world.World
	Resolver *credentials.Resolver
	Trail    *audit.Trail
	Log      *slog.Logger
	Now      func() time.Time
	// Endpoints are the origins, "http://127.0.0.1:4566", under which this Airside itself answers for STS. A client that
	// was told to use one signs its tokens for it.
	Endpoints []string
}

// Handler answers reviews for every cluster, under the paths of TokenReviewPath and AccessReviewPath.
type Handler struct {
	Options
	mux *http.ServeMux
}

// TokenReviewPath is where a cluster's API server posts TokenReviews.
func TokenReviewPath(uid string) string { return "/clusters/" + uid + "/token-review" }

// AccessReviewPath is where it posts SubjectAccessReviews.
func AccessReviewPath(uid string) string { return "/clusters/" + uid + "/access-review" }

// New makes a handler.
func New(o Options) *Handler {
	h := &Handler{Options: o, mux: http.NewServeMux()}
	h.mux.HandleFunc("POST "+TokenReviewPath("{uid}"), h.tokenReview)
	h.mux.HandleFunc("POST "+AccessReviewPath("{uid}"), h.accessReview)
	return h
}

// ServeHTTP routes.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// cluster finds the cluster that asks; it has answered the request where it returns nil.
func (h *Handler) cluster(w http.ResponseWriter, r *http.Request, facts *world.World) *world.Cluster {
	c, ok := facts.Clusters.Find("uid:" + r.PathValue("uid"))
	if !ok {
		http.Error(w, "no such cluster", http.StatusNotFound)
		return nil
	}
	return c
}

// read decodes a review into v; it has answered the request where it returns false.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := d.Decode(v); err != nil {
		http.Error(w, "not a review", http.StatusBadRequest)
		return false
	}
	return true
}

func (h *Handler) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		h.Log.Debug("a review could not be answered", "error", err)
	}
}
