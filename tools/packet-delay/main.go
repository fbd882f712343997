// packet-delay holds every packet that a netfilter rule sends to a queue for a while, or drops it,
// for kernels without netem. Linux only; it needs CAP_NET_ADMIN in its network namespace.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	nfqueue "github.com/florianl/go-nfqueue"
)

func main() {
	queue := flag.Uint("queue", 0, "number of the netfilter `queue`")
	delay := flag.Duration("delay", 0, "how long each packet is held")
	jitter := flag.Duration("jitter", 0, "held for up to this much longer, evenly distributed")
	loss := flag.Float64("loss", 0, "`share` of the packets that is dropped, 0 to 1")
	flag.Parse()
	if flag.NArg() > 0 || *queue > 65535 || *delay < 0 || *jitter < 0 || *loss < 0 || *loss > 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(uint16(*queue), *delay, *jitter, *loss); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run answers for the queue's packets until SIGINT or SIGTERM. Without it they pass at once if the
// rule says so (--queue-bypass).
func run(queue uint16, delay, jitter time.Duration, loss float64) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	packets, err := nfqueue.Open(&nfqueue.Config{
		NfQueue: queue,
		// Only the packet's number is needed, not its content.
		MaxPacketLen: 64,
		MaxQueueLen:  65535,
		Copymode:     nfqueue.NfQnlCopyPacket,
		Flags:        nfqueue.NfQaCfgFlagGSO | nfqueue.NfQaCfgFlagFailOpen,
		WriteTimeout: 100 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer packets.Close()
	answer := func(packet nfqueue.Attribute) int {
		id := *packet.PacketID
		if rand.Float64() < loss {
			report(packets.SetVerdict(id, nfqueue.NfDrop))
			return 0
		}
		held := delay
		if jitter > 0 {
			held += rand.N(jitter)
		}
		time.AfterFunc(held, func() { report(packets.SetVerdict(id, nfqueue.NfAccept)) })
		return 0
	}
	// A packet that could not be read stays in the queue; the next one is read all the same.
	unread := func(err error) int {
		if ctx.Err() == nil {
			report(err)
		}
		return 0
	}
	if err := packets.RegisterWithErrorFunc(ctx, answer, unread); err != nil {
		return err
	}
	fmt.Println("ready")
	<-ctx.Done()
	return nil
}

func report(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
	}
}
