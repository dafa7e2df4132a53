// SPDX-License-Identifier: BSL-1.0

package main

import (
	"runtime"
	"time"
)

var threadScenarios = []scenario{
	{"hop", 1, 0, hop},
	{"post", posts, 0, post},
}

const posts = 100_000

// To a goroutine that has a thread of its own and back; both are locked to theirs.
func hop(n int) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	jobs := make(chan struct{})
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		for range jobs {
			done <- struct{}{}
		}
	}()
	start := time.Now()
	for i := 0; i < n; i++ {
		jobs <- struct{}{}
		<-done
	}
	took := time.Since(start)
	close(jobs)
	return took
}

// Callbacks given by another goroutine through a channel with room for all: as with the loops
// beside it the giver never waits.
func post(n int) time.Duration {
	start := time.Now()
	for i := 0; i < n; i++ {
		given := make(chan func(), posts)
		count := 0
		called := func() { count++ }
		go func() {
			for j := 0; j < posts; j++ {
				given <- called
			}
		}()
		for count < posts {
			(<-given)()
		}
	}
	return time.Since(start)
}
