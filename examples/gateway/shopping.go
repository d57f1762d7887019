package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"os"

	"github.com/pentagate/pentagate/providers"
)

// shopping says what to do; what it leaves out is not done. It holds names
// and addresses, and is not printed.
type shopping struct {
	// Codes are redeemed.
	Codes []string
	// Intent is bought.
	Intent *providers.IntentRequest
	// Device is valued, and sold if there is a PickUp.
	Device *providers.DeviceRequest
	PickUp *struct{ Name, Phone, Address string } `json:"pick_up"`
	// Capability is ordered on the marketplace.
	Capability *wanted
	// Authorize obtains further credentials for the marketplace.
	Authorize bool
}

// wanted is something to look for on the marketplace.
type wanted struct {
	Query, Demand string
	AtMost        providers.Money `json:"at_most"`
}

//go:embed shopping.json
var sample []byte

// readShopping reads a file, the sample if there is no file.
func readShopping(file string) (list shopping, err error) {
	text := sample
	if file != "" {
		if text, err = os.ReadFile(file); err != nil { //nolint:gosec // the user's own file
			return list, err
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&list) != nil { // whose text may repeat what it read
		return list, errors.New("the file of -live must be JSON in the form of shopping.json")
	}
	if list.Capability != nil && list.Capability.AtMost.IsZero() {
		return list, errors.New("the file of -live must name capability.at_most, the most that an offer may cost")
	}
	return list, nil
}
