// Package policylint looks at one policy document and says what is wrong with it, and what is allowed but seldom meant.
//
// It owns the rules that warn: one function each, in the order of the table in lint.go, every one pure. It does not own
// the errors, which are package policy's: the place of a syntax error, and the words in which AWS refuses a document. It
// knows no other policies and no resources, so that it never says that something is forbidden or allowed in the end.
package policylint
