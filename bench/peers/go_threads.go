// SPDX-License-Identifier: BSL-1.0

package main

import (
	"runtime"
	"time"
)

var threadScenarios = []scenario{
	{"hop", 1, 0, hop},
}

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
