package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount"

// apiServer is the cluster's, as a pod's service account sees it.
type apiServer struct {
	address string
	token   string
	client  *http.Client
}

func inCluster() (*apiServer, error) {
	token, err := os.ReadFile(path.Join(account, "token"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(path.Join(account, "ca.crt"))
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s/ca.crt holds no certificate", account)
	}
	host := net.JoinHostPort(
		os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	return &apiServer{
		address: "https://" + host,
		token:   strings.TrimSpace(string(token)),
		client: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}},
		},
	}, nil
}

// ask returns the status and the body of the answer; any status but 2xx is an error, too.
func (server *apiServer) ask(method, path string, body any) (int, []byte, error) {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return 0, nil, err
		}
	}
	request, err := http.NewRequest(method, server.address+path, &content)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+server.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := server.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return response.StatusCode, answer, err
}
