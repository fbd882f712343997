// webhook-certgen stands in for kube-webhook-certgen, which Go's module proxy does not have. `create`
// keeps a new authority and a certificate of its own in a secret unless that is there; `patch` tells
// the webhooks whom to trust. It leaves out everything else, such as API services and failure policies.
// It runs in a pod, as the pod's service account.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("create or patch?")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	namespace := flags.String("namespace", "", "`namespace` of the secret")
	secret := flags.String("secret-name", "", "`name` of the secret")
	host := flags.String("host", "", "`names` that the certificate is for, between commas (create)")
	webhook := flags.String("webhook-name", "", "`name` of both webhook configurations (patch)")
	policy := flags.String("patch-failure-policy", "", "must be empty (patch)")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 || *policy != "" {
		return fmt.Errorf("this stand-in does not know %q %q", flags.Args(), *policy)
	}
	server, err := inCluster()
	if err != nil {
		return err
	}
	secrets := "/api/v1/namespaces/" + *namespace + "/secrets"
	switch args[0] {
	case "create":
		return create(server, secrets, *secret, strings.Split(*host, ","))
	case "patch":
		return patch(server, secrets+"/"+*secret, *webhook)
	}
	return fmt.Errorf("this stand-in does not know %s", args[0])
}

// The secret's keys are those that the operator's pod mounts.
type secretData struct {
	CA   []byte `json:"ca"`
	Cert []byte `json:"cert"`
	Key  []byte `json:"key"`
}

func create(server *apiServer, secrets, name string, hosts []string) error {
	status, _, err := server.ask(http.MethodGet, secrets+"/"+name, nil)
	if err != nil && status != http.StatusNotFound {
		return err
	}
	if err == nil {
		fmt.Println("the secret is there")
		return nil
	}
	data, err := newCertificate(hosts)
	if err != nil {
		return err
	}
	_, _, err = server.ask(http.MethodPost, secrets, map[string]any{
		"apiVersion": "v1",
		"kind":       "Secret",
		"metadata":   map[string]any{"name": name},
		"data":       data,
	})
	return err
}

func patch(server *apiServer, secret, name string) error {
	_, answer, err := server.ask(http.MethodGet, secret, nil)
	if err != nil {
		return err
	}
	var found struct{ Data secretData }
	if err := json.Unmarshal(answer, &found); err != nil {
		return err
	}
	if len(found.Data.CA) == 0 {
		return fmt.Errorf("%s holds no authority", secret)
	}
	for _, kind := range []string{"validating", "mutating"} {
		object := "/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/" + name
		if err := trust(server, object, found.Data.CA); err != nil {
			return err
		}
	}
	return nil
}

func trust(server *apiServer, object string, authority []byte) error {
	_, answer, err := server.ask(http.MethodGet, object, nil)
	if err != nil {
		return err
	}
	// As maps, so that what this program does not know stays as it is.
	var configuration map[string]any
	if err := json.Unmarshal(answer, &configuration); err != nil {
		return err
	}
	webhooks, _ := configuration["webhooks"].([]any)
	for _, webhook := range webhooks {
		client, ok := webhook.(map[string]any)["clientConfig"].(map[string]any)
		if !ok {
			return fmt.Errorf("%s: a webhook has no clientConfig", object)
		}
		client["caBundle"] = authority
	}
	_, _, err = server.ask(http.MethodPut, object, configuration)
	return err
}
