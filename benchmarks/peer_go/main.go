// The payment of benchmarks/peer.py in Go: pgx, a pool, one transaction per payment.
//
// What to do comes as JSON on the standard input: the database, the statements and the texts that
// peer.py uses too, so that both write the same rows. After the time given it prints one line of
// JSON: how many payments it made, in how many seconds, and how many that is a second. A payment
// that cannot be made ends the program with 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// order is what peer_go.py asks for.
type order struct {
	DSN         string
	Connections int
	Seconds     float64
	// Every command's id begins with it.
	Run      string
	Merchant string
	// How many members there are, u1 to uN; of one, all payments are of the same.
	Members    int
	AmountFen  int64 `json:"amount_fen"`
	Topic      string
	Outcome    string
	Events     []event
	Statements statements
}

// event is one outbox row: what is about it, and what is in it.
type event struct{ About, Payload string }

// statements are those of peer.py, by their names there.
type statements struct {
	Known, Account, Unlocked, Lots, Spend, Payment, Transfer, Done, Sequence, Outbox string

	PaidBefore string `json:"paid_before"`
}

// answer is the line that is printed.
type answer struct {
	Payments int64   `json:"payments"`
	Seconds  float64 `json:"seconds"`
	Rate     float64 `json:"rate"`
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var asked order
	input := json.NewDecoder(os.Stdin)
	input.DisallowUnknownFields()
	if err := input.Decode(&asked); err != nil {
		return fmt.Errorf("reading what to do: %w", err)
	}
	made, err := asked.measure(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(made)
}

// measure lets as many callers as connections pay until the time is over.
func (o *order) measure(ctx context.Context) (answer, error) {
	pool, err := o.connect(ctx)
	if err != nil {
		return answer{}, err
	}
	defer pool.Close()
	var (
		made    atomic.Int64
		callers sync.WaitGroup
		broken  = make(chan error, o.Connections)
		started = time.Now()
		until   = started.Add(time.Duration(o.Seconds * float64(time.Second)))
	)
	for range o.Connections {
		callers.Go(func() {
			for time.Now().Before(until) {
				number := fmt.Sprintf("%s-%d-aaaa-bbbb-cccc", o.Run, made.Add(1))
				member := fmt.Sprintf("u%d", 1+rand.IntN(o.Members))
				err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
					return o.pay(ctx, tx, member, number)
				})
				if err != nil {
					broken <- err
					return
				}
			}
		})
	}
	callers.Wait()
	seconds := time.Since(started).Seconds()
	close(broken)
	if err := <-broken; err != nil {
		return answer{}, err
	}
	return answer{made.Load(), seconds, float64(made.Load()) / seconds}, nil
}

// connect returns a pool with all of its connections open: opening them is not measured.
func (o *order) connect(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(o.DSN)
	if err != nil {
		return nil, err
	}
	// pgx prepares a statement when a connection first meets it, and keeps it.
	config.MaxConns = int32(o.Connections)
	config.MinConns = config.MaxConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	for range o.Connections {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		// Only once all are held: one given back would be handed out again.
		defer conn.Release()
	}
	return pool, nil
}

// pay is one payment, as Pay of the wallet does it: thirteen statements, one after the other. The
// lot that it spends of stays locked until the commit.
func (o *order) pay(ctx context.Context, tx pgx.Tx, member, number string) error {
	sql, payment, orderID := &o.Statements, uuid.NewString(), "order-"+number
	if known, err := found(ctx, tx, sql.Known, o.Merchant, number); err != nil || known {
		return err
	}
	var status string
	if err := tx.QueryRow(ctx, sql.Account, o.Merchant, member).Scan(&status); err != nil {
		return fmt.Errorf("every member has an account: %w", err)
	}
	if _, err := found(ctx, tx, sql.Unlocked, o.Merchant, member); err != nil {
		return err
	}
	var from lot
	err := tx.QueryRow(ctx, sql.Lots, o.Merchant, member).Scan(
		&from.id, &from.paidFen, &from.bonusFen, &from.usedFen, &from.usedPrincipalFen,
	)
	if err != nil {
		return fmt.Errorf("every member has a lot: %w", err)
	}
	paid, err := found(ctx, tx, sql.PaidBefore, o.Merchant, orderID)
	if err != nil {
		return err
	}
	if paid || status != "NORMAL" {
		return errors.New("paid twice, or frozen")
	}
	principal := from.principal(o.AmountFen)
	spent, err := tx.Exec(ctx, sql.Spend, o.Merchant, from.id, o.AmountFen, principal)
	if err != nil {
		return err
	}
	if spent.RowsAffected() != 1 {
		return errors.New("overdrawn")
	}
	share, err := json.Marshal([][]any{{from.id, o.AmountFen, principal, from.usedFen, 0, 0}})
	if err != nil {
		return err
	}
	_, err = tx.Exec(
		ctx, sql.Payment, o.Merchant, payment, orderID, member, o.AmountFen, principal, share,
	)
	if err != nil {
		return err
	}
	if err := o.transfer(ctx, tx, member, payment, principal); err != nil {
		return err
	}
	fingerprint := []byte("0000000000000000")
	if _, err := tx.Exec(ctx, sql.Done, o.Merchant, number, fingerprint, o.Outcome); err != nil {
		return err
	}
	return o.tell(ctx, tx, member)
}

// transfer writes both legs: of the principal and of the bonus.
func (o *order) transfer(
	ctx context.Context, tx pgx.Tx, member, payment string, principal int64,
) error {
	debits := []string{"PRINCIPAL_LIAB", "BONUS_LIAB"}
	for leg, fen := range []int64{principal, o.AmountFen - principal} {
		id := fmt.Sprintf("%s.%d", payment, leg+1)
		sql := o.Statements.Transfer
		if _, err := tx.Exec(ctx, sql, o.Merchant, id, member, debits[leg], fen, payment); err != nil {
			return err
		}
	}
	return nil
}

// tell numbers the payment's events and writes them into the outbox.
func (o *order) tell(ctx context.Context, tx pgx.Tx, member string) error {
	var last int64
	row := tx.QueryRow(ctx, o.Statements.Sequence, o.Merchant, o.Topic+"/"+member)
	if err := row.Scan(&last); err != nil {
		return err
	}
	first := last - int64(len(o.Events)) + 1
	for place, event := range o.Events {
		number, sql := first+int64(place), o.Statements.Outbox
		_, err := tx.Exec(ctx, sql, o.Merchant, o.Topic, member, number, event.About, event.Payload)
		if err != nil {
			return err
		}
	}
	return nil
}

// lot is what a payment needs to know of the member's oldest lot.
type lot struct {
	id                                           string
	paidFen, bonusFen, usedFen, usedPrincipalFen int64
}

// principal is the part of an amount that comes out of what was paid in, rounded down in total.
func (l *lot) principal(amountFen int64) int64 {
	return (l.usedFen+amountFen)*l.paidFen/(l.paidFen+l.bonusFen) - l.usedPrincipalFen
}

// found tells whether there is such a row.
func found(ctx context.Context, tx pgx.Tx, sql string, values ...any) (bool, error) {
	rows, err := tx.Query(ctx, sql, values...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
