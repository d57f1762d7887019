package uumit

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// kindOfCode are the codes that mean one thing with whatever HTTP status
// ("UUMit API, Error codes and rate limits"; "UUMit API, Authentication").
var kindOfCode = map[string]error{
	CodeUnauthenticated: transport.ErrUnauthenticated,
	CodeInvalidAPIKey:   transport.ErrUnauthenticated,
	CodePermission:      transport.ErrPermission,
	CodeUserNotLinked:   transport.ErrPermission,
	CodeDailyQuota:      transport.ErrQuota,
	CodeSystemError:     transport.ErrUnavailable,
	"-1":                transport.ErrUnavailable,
}

// kindOfRange are the documented ranges by their first digit ("UUMit API, Error
// codes and rate limits"). Invitations (7xxx) and payments (8xxx) are not among
// them: those ranges tell where a call was refused, and not why.
var kindOfRange = map[byte]error{
	'1': transport.ErrInvalid,         // parameters and general
	'2': transport.ErrUnauthenticated, // authentication
	'3': transport.ErrQuota,           // wallet
	'4': transport.ErrConflict,        // business conflict
	'5': transport.ErrUnavailable,     // AI: the platform's own work failed
}

// rangeKind classes a code by its range, nil if no document explains it. Codes
// of three digits are HTTP statuses, and so are the first three of five where
// they name a status with a class of its own: 40301 is a 403. But 400xx is of
// the range 4xxx, as its one known member, 40001 "signed in today already".
func rangeKind(code string) error {
	if len(code) < 3 || len(code) > 5 || code[0] == '-' {
		return nil
	}
	status, _ := strconv.Atoi(code[:3])
	isStatus := status < 600 && statusKind(status) != nil
	switch {
	case len(code) == 3 && !isStatus:
		return nil
	case len(code) == 3, len(code) == 5 && isStatus && status != http.StatusBadRequest:
		return statusKind(status)
	}
	return kindOfRange[code[0]]
}

// statusKind classes an HTTP status, nil for success and for a status without
// a class of its own.
func statusKind(status int) error {
	if status == http.StatusPaymentRequired {
		return transport.ErrQuota
	}
	e := transport.StatusError(status)
	if status < 400 || e == nil || errors.Is(e, transport.ErrRejected) {
		return nil
	}
	return e.Kind
}

// kind classes a failure by HTTP status, code and message. The code is "" if
// there is none.
func kind(status int, code, message string) error {
	byStatus, byRange := statusKind(status), rangeKind(code)
	exact, known := kindOfCode[code]
	switch {
	case errors.Is(byStatus, transport.ErrUnavailable):
		return byStatus
	case known:
		return exact
	case slices.Contains(decisive, status), status == http.StatusUnprocessableEntity && !errors.Is(byRange, transport.ErrQuota):
		return byStatus
	case byRange != nil && !errors.Is(byRange, transport.ErrInvalid):
		return byRange
	case byStatus != nil && (status != http.StatusBadRequest || code == ""):
		return byStatus
	case byRange != nil:
		return byRange
	case busy(message):
		return transport.ErrUnavailable
	}
	return transport.ErrRejected
}

// decisive are the statuses that say more than a range of codes does.
var decisive = []int{
	http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests,
}

// busyWords are how platforms say that they could not, as against would not.
var busyWords = []string{
	"busy", "timeout", "timed out", "try again later", "system error", "internal error", "internal server error",
	"繁忙", "超时", "稍后", "系统错误", "系统异常", "服务异常",
}

// busy reports whether a message tells of a failure of the platform's own. It
// is asked about codes that no document explains: the code goes before the
// message wherever it says something.
func busy(message string) bool {
	message = strings.ToLower(message)
	for _, word := range busyWords {
		if strings.Contains(message, word) {
			return true
		}
	}
	return false
}
