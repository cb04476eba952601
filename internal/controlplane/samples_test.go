package controlplane_test

import "slices"

// samples are measurements of one quantity.
type samples []float64

func (s *samples) add(v float64) { *s = append(*s, v) }

func (s samples) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}
