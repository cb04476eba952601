package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the import path of the module.
const module = "github.com/airside-dev/airside"

// goPackage is what the rules need to know of one package. All paths within the module are relative to it.
type goPackage struct {
	path        string
	imports     []string // of the files that are built, sorted
	testImports []string // of its tests, those of an external test package included, sorted
	clock       []string // where the files that are built read the clock: "internal/x/y.go:12: time.Now"
}

// readPackages reads every package of a module's file tree, in the order of their paths. Files for every operating
// system count: a rule that holds on one of them only does not hold.
func readPackages(tree fs.FS) ([]goPackage, error) {
	found := map[string]*goPackage{}
	var order []string
	err := walk(tree, func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		dir := path.Dir(name)
		p, ok := found[dir]
		if !ok {
			p = &goPackage{path: dir}
			found[dir], order = p, append(order, dir)
		}
		return p.read(tree, name)
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(order)
	all := make([]goPackage, len(order))
	for i, dir := range order {
		p := found[dir]
		slices.Sort(p.imports)
		slices.Sort(p.testImports)
		p.imports, p.testImports = slices.Compact(p.imports), slices.Compact(p.testImports)
		all[i] = *p
	}
	return all, nil
}

// walk calls visit with every file of the tree that belongs to the project: not those in folders whose name begins with
// a dot, which hold what tools leave behind, except the folders of continuous integration.
func walk(tree fs.FS, visit func(name string) error) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); strings.HasPrefix(base, ".") && name != "." && base != ".ci" && base != ".github" {
				return fs.SkipDir
			}
			return nil
		}
		return visit(name)
	})
}

// read adds one file to the package.
func (p *goPackage) read(tree fs.FS, name string) error {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	test := strings.HasSuffix(name, "_test.go")
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		imported = strings.TrimPrefix(imported, module+"/")
		if test {
			p.testImports = append(p.testImports, imported)
			continue
		}
		p.imports = append(p.imports, imported)
		if imported == "time" {
			p.clock = append(p.clock, clockReads(files, file, spec)...)
		}
	}
	return nil
}

// clockFuncs are the functions of package time that read the clock or wait for it.
var clockFuncs = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// clockReads finds the uses of clockFuncs in a file that imports package time with spec.
func clockReads(files *token.FileSet, file *ast.File, spec *ast.ImportSpec) []string {
	name := "time"
	if spec.Name != nil {
		name = spec.Name.Name
	}
	if name == "." {
		// Its functions cannot be told from the file's own.
		return []string{fmt.Sprintf("%s: a dot import of time", files.Position(spec.Pos()))}
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == name && slices.Contains(clockFuncs, s.Sel.Name) {
			at := files.Position(s.Pos())
			found = append(found, fmt.Sprintf("%s:%d: time.%s", at.Filename, at.Line, s.Sel.Name))
		}
		return true
	})
	return found
}
