package providers_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/providers"
)

// statuses are all that a word can be brought to.
var statuses = []providers.Status{
	providers.StatusUnknown, providers.StatusDraft, providers.StatusPending, providers.StatusActive, providers.StatusDelivered,
	providers.StatusCompleted, providers.StatusFailed, providers.StatusCancelled,
	providers.StatusAvailable, providers.StatusUsed, providers.StatusDisabled, providers.StatusExpired,
}

// constants returns the values of a package's constants of a type, in the
// order in which its files have them.
func constants(t *testing.T, dir, ofType string) []string {
	t.Helper()
	files, err := filepath.Glob("../" + dir + "/*.go")
	require.NoError(t, err)
	var values []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				constant := spec.(*ast.ValueSpec)
				if typ, ok := constant.Type.(*ast.Ident); !ok || typ.Name != ofType {
					continue
				}
				for _, v := range constant.Values {
					value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
					require.NoError(t, err)
					values = append(values, value)
				}
			}
		}
	}
	return values
}

// TestEveryWordOfTheVendorPackagesIsMapped reads the words from the source of
// the vendor packages, so that a new one cannot be forgotten here.
func TestEveryWordOfTheVendorPackagesIsMapped(t *testing.T) {
	for kind, tc := range map[string]struct {
		dir, ofType string
		atLeast     int // words, so that a change of the source's form shows
	}{
		providers.CodegateCode:     {"codegate", "CodeStatus", 4},
		providers.ProcureIntent:    {"procure", "Status", 6},
		providers.AihuishouOrder:   {"aihuishou", "OrderStatus", 1},
		providers.UUMitOrder:       {"uumit", "OrderStatus", 12},
		providers.UUMitTransaction: {"uumit", "TransactionStatus", 8},
	} {
		words := constants(t, tc.dir, tc.ofType)
		assert.GreaterOrEqual(t, len(words), tc.atLeast, kind)
		for _, word := range words {
			assert.NotEqual(t, providers.StatusUnknown, providers.Normalize(kind, word), "%s %q", kind, word)
		}
	}
	for _, word := range []aihuishou.OrderStatus{aihuishoutest.StatusPendingSend, aihuishoutest.StatusInspecting, aihuishoutest.StatusCompleted} {
		assert.NotEqual(t, providers.StatusUnknown, providers.Normalize(providers.AihuishouOrder, string(word)), "the fake's %q", string(word))
	}
}

// TestTheTableOfStatuses spells the mapping out.
func TestTheTableOfStatuses(t *testing.T) {
	want := map[string]map[providers.Status]string{
		providers.CodegateCode: {
			providers.StatusAvailable: "unused", providers.StatusUsed: "used",
			providers.StatusDisabled: "disabled", providers.StatusExpired: "expired",
		},
		providers.ProcureIntent: {
			providers.StatusDraft: "DRAFT", providers.StatusPending: "SUBMITTED", providers.StatusActive: "PROCESSING",
			providers.StatusCompleted: "COMPLETED", providers.StatusFailed: "FAILED", providers.StatusCancelled: "CANCELLED",
		},
		providers.AihuishouOrder: {
			providers.StatusPending: "pending_send 待邮寄", providers.StatusActive: "inspecting 检测中",
			providers.StatusCompleted: "completed 已完成",
		},
		providers.UUMitOrder: {
			providers.StatusPending: "pending frozen", providers.StatusActive: "accepted pending_delivery rework",
			providers.StatusDelivered: "delivered", providers.StatusCompleted: "confirmed settled completed",
			providers.StatusFailed: "failed rejected", providers.StatusCancelled: "cancelled",
		},
		providers.UUMitTransaction: {
			providers.StatusPending: "pending pending_freeze frozen", providers.StatusActive: "accepted",
			providers.StatusDelivered: "delivered", providers.StatusCompleted: "settled",
			providers.StatusFailed: "rejected_by_seller", providers.StatusCancelled: "cancelled_by_buyer",
		},
	}
	spelled := make(map[string]map[string]providers.Status)
	for kind, byStatus := range want {
		spelled[kind] = make(map[string]providers.Status)
		for status, words := range byStatus {
			for word := range strings.FieldsSeq(words) {
				spelled[kind][word] = status
				assert.Equal(t, status, providers.Normalize(kind, word), "%s %q", kind, word)
			}
		}
	}
	raw, err := os.ReadFile("statuses.json")
	require.NoError(t, err)
	var file map[string]map[string]providers.Status
	require.NoError(t, json.Unmarshal(raw, &file))
	assert.Equal(t, spelled, file)
	for kind, words := range file {
		for word, status := range words {
			assert.Contains(t, statuses, status, "%s %q", kind, word)
		}
	}
}

func TestAnUndocumentedWordIsUnknown(t *testing.T) {
	for _, kind := range []string{providers.CodegateCode, providers.ProcureIntent, providers.AihuishouOrder, providers.UUMitOrder, providers.UUMitTransaction, "no such kind", ""} {
		for _, word := range []string{"", "SHIPPED_TO_MARS", "submitted", "Completed", " DRAFT", "unknown"} {
			assert.Equal(t, providers.StatusUnknown, providers.Normalize(kind, word), "%s %q", kind, word)
		}
	}
}

func TestTerminalStatuses(t *testing.T) {
	terminal := []providers.Status{providers.StatusCompleted, providers.StatusFailed, providers.StatusCancelled}
	for _, s := range append(slices.Clone(statuses), "", "no such status") {
		assert.Equal(t, slices.Contains(terminal, s), s.Terminal(), string(s))
	}
}

// TestTheEndsAgreeWithTheVendorPackages holds what ends a watch against what
// the vendors' packages call an end.
func TestTheEndsAgreeWithTheVendorPackages(t *testing.T) {
	ends := map[string][]string{
		providers.ProcureIntent:    {"COMPLETED", "FAILED", "CANCELLED"},
		providers.UUMitOrder:       {"confirmed", "settled", "completed", "failed", "cancelled", "rejected"},
		providers.UUMitTransaction: {"settled", "rejected_by_seller", "cancelled_by_buyer"},
		providers.AihuishouOrder:   {"completed", "已完成"},
	}
	raw, err := os.ReadFile("statuses.json")
	require.NoError(t, err)
	var file map[string]map[string]providers.Status
	require.NoError(t, json.Unmarshal(raw, &file))
	for kind, want := range ends {
		var got []string
		for _, word := range slices.Sorted(maps.Keys(file[kind])) {
			if file[kind][word].Terminal() {
				got = append(got, word)
			}
		}
		assert.ElementsMatch(t, want, got, kind)
	}
}
