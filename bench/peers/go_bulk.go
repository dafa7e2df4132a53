// SPDX-License-Identifier: BSL-1.0

// Bulk transfer in Go on one thread. Command line and output are those of floors/raw_bulk.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const piece = 64 * 1024

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_bulk:", err)
		os.Exit(1)
	}
}

// The processor time of the process, its garbage collector included.
func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func report(count uint64, since time.Time, used time.Duration) {
	fmt.Printf("bytes %d seconds %.6f cpu %.6f\n", count, time.Since(since).Seconds(),
		(cpu() - used).Seconds())
}

func receiveAll() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	check(err)
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	peer, err := listener.Accept()
	check(err)
	since, used := time.Now(), cpu()
	room := make([]byte, piece)
	var count uint64
	for {
		got, err := peer.Read(room)
		count += uint64(got)
		if err == io.EOF {
			break
		}
		check(err)
	}
	report(count, since, used)
}

func sendAll(port string, count uint64) {
	peer, err := net.Dial("tcp4", "127.0.0.1:"+port)
	check(err)
	since, used := time.Now(), cpu()
	data := bytes.Repeat([]byte{'b'}, piece)
	for gone := uint64(0); gone < count; {
		some := data
		if count-gone < piece {
			some = data[:count-gone]
		}
		sent, err := peer.Write(some)
		check(err)
		gone += uint64(sent)
	}
	check(peer.Close())
	report(count, since, used)
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) == 2 && os.Args[1] == "receive" {
		receiveAll()
	} else if len(os.Args) == 4 && os.Args[1] == "send" {
		count, err := strconv.ParseUint(os.Args[3], 10, 64)
		check(err)
		sendAll(os.Args[2], count)
	} else {
		fmt.Fprintln(os.Stderr, "usage: go_bulk receive | go_bulk send PORT BYTES")
		os.Exit(2)
	}
}
