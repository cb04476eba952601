// Command gencatalog makes the embedded files of package catalog from a folder of published facts: the service
// authorization reference (service-authorization/*.json) and the AWS managed policies (managed-policies/*.json).
//
//	go run ./internal/tools/gencatalog -facts DIR
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/airside-dev/airside/internal/catalog"
)

func main() {
	facts := flag.String("facts", "", "folder of the facts")
	out := flag.String("out", "internal/catalog", "folder to write to")
	flag.Parse()
	if *facts == "" {
		log.Fatal("-facts is required")
	}
	write(filepath.Join(*out, "actions.json.gz"), actions(filepath.Join(*facts, "service-authorization")))
	write(filepath.Join(*out, "managed-policies.json.gz"), managed(filepath.Join(*facts, "managed-policies")))
}

func actions(dir string) any {
	services := map[string]map[string]catalog.Action{}
	for _, file := range list(dir) {
		var s struct {
			Service string                    `json:"service"`
			Actions map[string]catalog.Action `json:"actions"`
		}
		read(file, &s)
		services[s.Service] = s.Actions
	}
	return services
}

func managed(dir string) any {
	type entry struct {
		Name           string          `json:"name"`
		ARN            string          `json:"arn"`
		Path           string          `json:"path"`
		DefaultVersion string          `json:"defaultVersion"`
		VersionCreated string          `json:"versionCreated"`
		Created        string          `json:"created"`
		Document       json.RawMessage `json:"document"`
	}
	var all []entry
	for _, file := range list(dir) {
		var m struct {
			PolicyName, Arn, DefaultVersionId, VersionCreateDate string
			PolicyCreateDate                                     *string
			Document                                             json.RawMessage
		}
		read(file, &m)
		var compact bytes.Buffer
		if err := json.Compact(&compact, m.Document); err != nil {
			log.Fatal(err)
		}
		_, rest, _ := strings.Cut(m.Arn, ":policy")
		e := entry{
			Name: m.PolicyName, ARN: m.Arn, Path: strings.TrimSuffix(rest, m.PolicyName), DefaultVersion: m.DefaultVersionId,
			VersionCreated: m.VersionCreateDate, Created: m.VersionCreateDate, Document: compact.Bytes(),
		}
		if m.PolicyCreateDate != nil {
			e.Created = *m.PolicyCreateDate
		}
		all = append(all, e)
	}
	return all
}

func list(dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		log.Fatalf("no facts in %s", dir)
	}
	return files
}

func read(file string, into any) {
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		log.Fatalf("%s: %v", file, err)
	}
}

func write(file string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := z.Write(raw); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
