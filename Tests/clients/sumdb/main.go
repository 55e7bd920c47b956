// What Go's checksum database trusts, asked of a ledger of ours: a signed note, a tree of its own over the entries, an
// inclusion proof that the command printed, and a consistency proof between two checkpoints.
//
//	sumdb KEY ENTRIES CHECKPOINT OLDER-CHECKPOINT PROOF
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func require(holds bool, what string) {
	if !holds {
		must(0, fmt.Errorf("%s", what))
	}
}

// tree gives the size and root that a checkpoint is signed for.
func tree(text []byte, verifier note.Verifier) tlog.Tree {
	opened := must(note.Open(text, note.VerifierList(verifier)))
	require(len(opened.Sigs) > 0, "nobody that is known signed it")
	lines := strings.Split(opened.Text, "\n")
	require(lines[0] == verifier.Name(), "it is of another origin")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hash(text string) (h tlog.Hash) {
	require(copy(h[:], must(base64.StdEncoding.DecodeString(text))) == tlog.HashSize, "a hash has 32 bytes")
	return h
}

func main() {
	verifier := must(note.NewVerifier(strings.TrimSpace(os.Args[1])))
	entries := bytes.Split(bytes.TrimSuffix(must(os.ReadFile(os.Args[2])), []byte("\n")), []byte("\n"))
	newest := tree(must(os.ReadFile(os.Args[3])), verifier)
	older := tree(must(os.ReadFile(os.Args[4])), verifier)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			found[place] = stored[index]
		}
		return found, nil
	})
	for index, entry := range entries {
		stored = append(stored, must(tlog.StoredHashes(int64(index), entry, reader))...)
	}
	for _, signed := range []tlog.Tree{older, newest} {
		require(must(tlog.TreeHash(signed.N, reader)) == signed.Hash, "the entries do not have the root that was signed")
	}
	must(0, tlog.CheckTree(must(tlog.ProveTree(newest.N, older.N, reader)), newest.N, newest.Hash, older.N, older.Hash))

	// C2SP tlog-proof: a header, the index, the path, an empty line, a checkpoint.
	head, checkpoint, _ := strings.Cut(string(must(os.ReadFile(os.Args[5]))), "\n\n")
	lines := strings.Split(head, "\n")
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		path = append(path, hash(line))
	}
	proven := tree([]byte(checkpoint), verifier)
	must(0, tlog.CheckRecord(path, proven.N, proven.Hash, index, tlog.RecordHash(entries[index])))
	fmt.Printf("verified: %d entries, consistent with %d, entry %d included\n", newest.N, older.N, index)
}
