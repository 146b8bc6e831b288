// Command port is a port of the codec level in Go, with nothing but the standard library. It is
// built from SPEC.md, schema/v1 and conformance/README.md alone, as anybody's would be.
//
// Invariant: each request gets one answer with its id, whatever its input is.
package main

import (
	"bufio"
	"io"
	"log"
	"os"
	"sort"
	"strings"
)

type object = map[string]any
type array = []any

// operations are those of annex C that the port implements.
var operations = map[string]func(object) object{
	"decode":            opDecode,
	"jcs":               opJCS,
	"canonical":         opCanonical,
	"coerce":            opCoerce,
	"targets.canonical": opTargetsCanonical,
	"targets.matches":   opTargetsMatches,
	"events.visible":    opEventsVisible,
	"guards.instance":   opGuardsInstance,
	"guards.target":     opGuardsTarget,
	"header.parse":      opHeaderParse,
	"header.format":     opHeaderFormat,
	"held.parse":        opHeldParse,
	"held.format":       opHeldFormat,
	"tags.parse":        opTagsParse,
	"tags.format":       opTagsFormat,
	"tags.purge":        opTagsPurge,
	"url.build":         opURLBuild,
	"url.parse":         opURLParse,
	"key.derive":        opKeyDerive,
	"pkey":              opPermissionKey,
	"token.sign":        opTokenSign,
	"token.verify":      opTokenVerify,
	"policy.effective":  opPolicyEffective,
	"policy.headers":    opPolicyHeaders,
	"mutation.targets":  opMutationTargets,
	"manifest.build":    opManifestBuild,
	"edge.resolve":      opEdgeResolve,
}

// A refusal is the code of annex B with which an operation ends; answer turns it into an error.
type refusal string

func refuse(code string) { panic(refusal(code)) }

func hello() object {
	names := array{}
	for name := range operations {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return names[i].(string) < names[j].(string) })
	return object{"name": "go", "version": "1.0", "language": "Go", "spec": array{"1.0"},
		"capabilities": names}
}

func answer(op string, input object) (reply object) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case refusal:
			reply = object{"error": object{"code": string(fault)}}
		default:
			log.Printf("%s: %v", op, fault)
			panic(fault)
		}
	}()
	if op == "hello" {
		return object{"ok": hello()}
	}
	return object{"ok": operations[op](input)}
}

// refused runs a step and says with which code it was refused, if it was.
func refused(step func()) (code string) {
	defer func() {
		fault := recover()
		if why, is := fault.(refusal); is {
			code = string(why)
		} else if fault != nil {
			panic(fault)
		}
	}()
	step()
	return ""
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			request := parseMessage(line).(object)
			reply := answer(request["op"].(string), request["input"].(object))
			reply["id"] = request["id"]
			out.WriteString(serialise(reply))
			out.WriteByte('\n')
		}
		// Flushed when nothing more waits: the runner sends many requests at a time.
		if in.Buffered() == 0 {
			out.Flush()
		}
		if err == io.EOF {
			return
		}
	}
}
