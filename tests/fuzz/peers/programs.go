// SPDX-License-Identifier: Apache-2.0
//
// Runs many programs in one process with starlark-go: a peer for differ.py, whose top describes the protocol. Built by hand, in
// a module that requires go.starlark.net.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"go.starlark.net/lib/json"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const steps = 3000000

func run(text []byte) (result string) {
	var out strings.Builder
	defer func() {
		if crash := recover(); crash != nil {
			result = out.String() + fmt.Sprintf("@crash\n%v", crash)
		}
	}()
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, message string) { out.WriteString(message + "\n") }}
	thread.SetMaxExecutionSteps(steps)
	predeclared := starlark.StringDict{"json": json.Module}
	_, err := starlark.ExecFileOptions(&syntax.FileOptions{Set: true}, thread, "p.star", text, predeclared)
	switch err := err.(type) {
	case nil:
		out.WriteString("@ok\n")
	case *starlark.EvalError:
		out.WriteString("@error\n")
		for _, frame := range err.CallStack {
			fmt.Fprintf(&out, "at %d:%d %s\n", frame.Pos.Line, frame.Pos.Col, frame.Name)
		}
		out.WriteString("Error: " + err.Msg)
	case resolve.ErrorList:
		out.WriteString("@static\n")
		for _, one := range err {
			fmt.Fprintf(&out, "%d:%d: %s\n", one.Pos.Line, one.Pos.Col, one.Msg)
		}
	default:
		fmt.Fprintf(&out, "@static\n%v\n", err)
	}
	return out.String()
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var length int
		if _, err := fmt.Fscanf(in, "program %d\n", &length); err != nil {
			return
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			return
		}
		result := run(text)
		fmt.Fprintf(out, "result %d\n%s", len(result), result)
		out.Flush()
	}
}
