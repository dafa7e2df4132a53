// SPDX-License-Identifier: BSL-1.0

// The echo server in Go on one thread: a goroutine for each connection. Same command line and
// closing line as the raw servers.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
)

var messages int64

func serve(peer net.Conn, size int) {
	defer peer.Close()
	buffer := make([]byte, size)
	for {
		count, err := peer.Read(buffer)
		if err != nil {
			return
		}
		atomic.AddInt64(&messages, 1)
		if _, err := peer.Write(buffer[:count]); err != nil {
			return
		}
	}
}

// User and system time of the process in microseconds.
func used() (int64, int64) {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Sec*1e6 + usage.Utime.Usec, usage.Stime.Sec*1e6 + usage.Stime.Usec
}

func main() {
	port := flag.Int("port", 0, "0: the system picks one")
	path := flag.String("unix", "", "a unix socket instead of a port")
	size := flag.Int("buffer", 4096, "the most that is received at once")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	var listener net.Listener
	var err error
	if *path != "" {
		listener, err = net.Listen("unix", *path)
	} else {
		listener, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", *port))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	over := make(chan os.Signal, 1)
	signal.Notify(over, os.Interrupt, syscall.SIGTERM)
	go func() {
		for {
			peer, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(peer, *size)
		}
	}()
	if *path != "" {
		fmt.Println("listening on unix:socket")
	} else {
		fmt.Printf("listening on %s\n", listener.Addr())
	}
	userBefore, systemBefore := used()
	<-over
	user, system := used()
	user -= userBefore
	system -= systemBefore
	count := atomic.LoadInt64(&messages)
	each := 0.0
	if count > 0 {
		each = 1e3 * float64(user+system) / float64(count)
	}
	fmt.Printf("messages=%d user_us=%d system_us=%d ns_per_message=%.1f\n", count, user, system, each)
}
