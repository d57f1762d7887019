module github.com/pentagate/pentagate/bench

go 1.26.0

require (
	github.com/go-resty/resty/v2 v2.17.2
	github.com/pentagate/pentagate v0.0.0
	github.com/shopspring/decimal v1.6.0
)

require (
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace github.com/pentagate/pentagate => ../
