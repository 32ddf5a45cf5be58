package dialect

// keyword is a word that decides what a statement is or where it ends.
type keyword uint8

const (
	kwNone keyword = iota
	kwAbort
	kwAfter
	kwAlter
	kwAnalyze
	kwAs
	kwAtomic
	kwBefore
	kwBegin
	kwCall
	kwCase
	kwCharacter
	kwCheck
	kwChecksum
	kwCommit
	kwCopy
	kwCreate
	kwDelete
	kwDelimiter
	kwDesc
	kwDescribe
	kwDo
	kwElse
	kwEnd
	kwEvent
	kwExecute
	kwExists
	kwExplain
	kwFetch
	kwFor
	kwFunction
	kwHandler
	kwHelp
	kwIf
	kwIn
	kwIndex
	kwInsert
	kwInto
	kwKey
	kwLock
	kwLoop
	kwMerge
	kwNo
	kwNot
	kwOptimize
	kwOr
	kwPrepare
	kwPrepared
	kwProcedure
	kwRelease
	kwRepair
	kwRepeat
	kwReplace
	kwReset
	kwReturn
	kwReturning
	kwReturns
	kwRollback
	kwSavepoint
	kwSelect
	kwSet
	kwShare
	kwShow
	kwStart
	kwTable
	kwThen
	kwTo
	kwTransaction
	kwTrigger
	kwUnlock
	kwUpdate
	kwValues
	kwView
	kwWhile
	kwWith
	kwXA
)

var keywords = map[string]keyword{
	"abort": kwAbort, "after": kwAfter, "alter": kwAlter, "analyse": kwAnalyze,
	"analyze": kwAnalyze, "as": kwAs, "atomic": kwAtomic, "before": kwBefore,
	"begin": kwBegin, "call": kwCall, "case": kwCase, "character": kwCharacter,
	"charset": kwCharacter, "check": kwCheck, "checksum": kwChecksum,
	"commit": kwCommit, "copy": kwCopy, "create": kwCreate, "database": kwIndex,
	"delete": kwDelete, "delimiter": kwDelimiter, "desc": kwDesc,
	"describe": kwDescribe, "do": kwDo, "else": kwElse, "end": kwEnd,
	"event": kwEvent, "execute": kwExecute, "exists": kwExists,
	"explain": kwExplain, "fetch": kwFetch, "for": kwFor,
	"function": kwFunction, "handler": kwHandler, "help": kwHelp, "if": kwIf,
	"in": kwIn, "index": kwIndex, "insert": kwInsert, "into": kwInto,
	"key": kwKey, "lock": kwLock, "loop": kwLoop, "merge": kwMerge,
	"no": kwNo, "not": kwNot, "optimize": kwOptimize, "or": kwOr, "prepare": kwPrepare,
	"prepared": kwPrepared, "procedure": kwProcedure, "release": kwRelease,
	"repair": kwRepair, "repeat": kwRepeat, "replace": kwReplace,
	"reset": kwReset, "return": kwReturn, "returning": kwReturning,
	"returns": kwReturns, "role": kwIndex, "rollback": kwRollback,
	"savepoint": kwSavepoint, "schema": kwIndex, "select": kwSelect,
	"server": kwIndex, "set": kwSet, "share": kwShare, "show": kwShow,
	"start": kwStart, "table": kwTable, "then": kwThen, "to": kwTo,
	"transaction": kwTransaction, "trigger": kwTrigger, "unlock": kwUnlock,
	"update": kwUpdate,
	"user":   kwIndex, "values": kwValues, "view": kwView, "while": kwWhile,
	"with": kwWith, "xa": kwXA,
}

// longestKeyword is the length of transaction.
const longestKeyword = 11

// keywordOf returns the keyword that the word is, whatever its case.
func keywordOf(word string) keyword {
	if len(word) < 2 || len(word) > longestKeyword {
		return kwNone
	}
	var lower [longestKeyword]byte
	for i := range len(word) {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return keywords[string(lower[:len(word)])]
}
