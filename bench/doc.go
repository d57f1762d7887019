// Package bench measures Pentagate beside net/http and bare resty, which send
// the same requests unsigned and decode the same answers. It is a module of
// its own, so that what is only measured against never enters the SDK's.
//
//	go test -run '^$' -bench . -benchmem
package bench
