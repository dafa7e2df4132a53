// SPDX-License-Identifier: BSL-1.0

// The micro benchmarks in Go, with their names.
//
//	go_micro --case NAME [--seconds S]
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// What runs n rounds and gives the time that they took, with the operations in each round.
type scenario struct {
	name    string
	each    int
	threads int // that run Go; 0: as many as there are processors
	rounds  func(n int) time.Duration
}

// The processor time of the process, its garbage collector included.
func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Nanoseconds of one operation, in so many rounds that they take the time given, behind one that
// is not measured.
func measure(s scenario, seconds float64) float64 {
	s.rounds(1)
	wanted := time.Duration(seconds * 1e9)
	for n := 1; ; {
		took := s.rounds(n)
		if took >= wanted {
			return float64(took.Nanoseconds()) / float64(n) / float64(s.each)
		}
		if took < wanted/10 {
			n *= 10
		} else {
			n *= 2
		}
	}
}

func main() {
	name := flag.String("case", "", "which; none names them all")
	seconds := flag.Float64("seconds", 0.2, "how long to measure")
	flag.Parse()
	for _, all := range [][]scenario{coreScenarios, syncScenarios, threadScenarios, treeScenarios} {
		for _, s := range all {
			if *name == "" {
				fmt.Println(s.name)
			} else if s.name == *name {
				if s.threads > 0 {
					runtime.GOMAXPROCS(s.threads)
				}
				fmt.Printf("ns=%.3f\n", measure(s, *seconds))
				return
			}
		}
	}
	if *name != "" {
		fmt.Fprintf(os.Stderr, "go_micro: there is no case '%s'\n", *name)
		os.Exit(2)
	}
}
