// SPDX-License-Identifier: BSL-1.0

// rill_start_up.cpp in Go: a goroutine that lets others run once, and is waited for.
package main

import "runtime"

func main() {
	over := make(chan struct{})
	go func() {
		runtime.Gosched()
		close(over)
	}()
	<-over
}
